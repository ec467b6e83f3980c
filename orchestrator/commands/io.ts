import type { Readable, Writable } from "node:stream";

/** Where a command reads and writes; tests hand in their own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** stdout is a terminal: colours, a spinner, and a conversation after the demo. */
  readonly isTty: boolean;
  readonly colours: boolean;
  /** Aborted by Ctrl-C, with the reason's message `INTERRUPT`, or by SIGTERM. */
  readonly signal: AbortSignal;
  /** What a second Ctrl-C or SIGTERM ends before the process; without it, the process ends at once. */
  readonly onForced: (end: () => Promise<void>) => void;
}

/** Why a signal was aborted when somebody pressed Ctrl-C. */
export const INTERRUPT = "interrupt";

/** A command: arguments in, exit code out. 0 done, 1 failed, 2 bad usage, 78 bad configuration. */
export type Command = (args: readonly string[], io: Io) => Promise<number>;

export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}
