import { sleep } from "../lib/abortable.ts";
import { type Probes, type ProbesOptions, startProbes } from "./probes.ts";

export interface PatientProbesOptions extends ProbesOptions {
  /** Between two tries for a port that is taken; default: 3 s. */
  readonly retryMs?: number;
}

/** Probes of a program that does its work also while it has none. */
export interface PatientProbes {
  /** Undefined: the port is still another's. */
  url(): string | undefined;
  /** As of the probes; a port that it does not have yet is not tried for any more. */
  close(): Promise<void>;
}

const RETRY_MS = 3000;

/**
 * Starts the probes, now or, since the program before this one may keep the port until it has drained, once
 * it is free.
 *
 * @throws the listener's own error, unless the port is taken
 */
export async function startPatientProbes(options: PatientProbesOptions): Promise<PatientProbes> {
  const { log, port, retryMs = RETRY_MS } = options;
  const closing = new AbortController();
  let probes: Probes | undefined;

  const keepTrying = async (): Promise<void> => {
    while (!probes) {
      await sleep(retryMs, closing.signal).catch(() => {});
      if (closing.signal.aborted) return;
      probes = await startProbes(options).catch(() => undefined);
    }
    log.info({ port }, "the port of the metrics is free; they are there");
  };

  let trying: Promise<void> | undefined;
  try {
    probes = await startProbes(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    log.warn({ port }, "the port of the metrics is taken; they come once it is free");
    trying = keepTrying();
  }
  return {
    url: () => probes?.url,
    async close() {
      closing.abort();
      await trying;
      await probes?.close();
    },
  };
}
