import { writeFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { InputError, UsageError } from "../errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { TurnReport } from "../turn/report.ts";
import { writeLine } from "./io.ts";

/** The only engine that can be named on the command line; all others come from the configuration. */
export function toEngine(name: string | undefined): "simulator" | undefined {
  if (name === undefined || name === "simulator") return name;
  throw new UsageError(`--engine: got ${JSON.stringify(name)}; expected simulator`);
}

/** Writes the metrics in Prometheus text format. */
export async function writeMetrics(file: string, metrics: Metrics): Promise<void> {
  try {
    await writeFile(file, await metrics.exposition());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      `--metrics: cannot write ${file} (${code ?? "error"})`,
      "a file that can be written",
      { cause: error },
    );
  }
}

/** A gate that is not well keeps every picture on the box; the person at the terminal is told why. */
export function noteGate(report: TurnReport, stderr: Writable): void {
  const reason = report.verdict?.reason ?? "";
  if (!reason.startsWith("gate-")) return;
  writeLine(
    stderr,
    `note: the person gate gave no verdict (${reason}); 'sightline doctor' says what is missing`,
  );
}
