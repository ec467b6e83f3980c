import { writeFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { EngineError, InputError, UsageError } from "../../errors.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { TurnReport } from "../../turn/report.ts";
import { oneLine } from "../exit.ts";
import { writeLine } from "../io.ts";

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

/** What went wrong in one turn, gathered while its answer streams and told to the person at the terminal after it. */
export interface TurnNotes {
  readonly onFault: (error: unknown) => void;
  /** A line on stderr for each fault. True when the turn failed: nobody could answer, because of a fault. */
  tell(report: TurnReport, stderr: Writable): boolean;
}

export function createTurnNotes(): TurnNotes {
  const faults = new Set<string>();
  return {
    onFault: (error) => faults.add(oneLine(faultText(error))),
    tell(report, stderr) {
      for (const fault of faults) writeLine(stderr, `note: ${fault}`);
      const { reason } = report.verdict ?? {};
      const gateDown = reason !== undefined && (reason.startsWith("gate-") || reason === "other-bytes");
      if (gateDown) {
        writeLine(
          stderr,
          `note: the person gate gave no verdict (${reason}); 'sightline doctor' says what is missing`,
        );
      }
      return report.outcome === "notice" && (gateDown || faults.size > 0);
    },
  };
}

/** An engine's message names the fault and what to do about it, and never a prompt or a key. */
function faultText(error: unknown): string {
  if (error instanceof EngineError) return error.message;
  return `unexpected fault in the turn: ${error instanceof Error ? error.name : typeof error}`;
}
