import type { Writable } from "node:stream";
import { ConfigError, InputError, UsageError } from "../errors.ts";
import { writeLine } from "./io.ts";

export const EXIT = { done: 0, failed: 1, usage: 2, config: 78, interrupted: 130 } as const;

/** Tells a fault on stderr, one line for all but a configuration's list, and gives its exit code. */
export function reportFault(error: unknown, stderr: Writable): number {
  if (error instanceof ConfigError) {
    writeLine(stderr, `sightline: ${error.message}`);
    return EXIT.config;
  }
  if (error instanceof UsageError || isArgumentFault(error)) {
    writeLine(stderr, `sightline: ${oneLine(error.message)} (--help shows the usage)`);
    return EXIT.usage;
  }
  if (error instanceof InputError) {
    writeLine(stderr, `sightline: ${oneLine(error.message)}`);
    return EXIT.failed;
  }
  writeLine(
    stderr,
    `sightline: unexpected fault: ${oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error))}`,
  );
  return EXIT.failed;
}

/** `node:util` parseArgs names its faults by code. */
function isArgumentFault(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    error.code.startsWith("ERR_PARSE_ARGS_")
  );
}

/** The text on one line, for a terminal and for whoever counts lines. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}
