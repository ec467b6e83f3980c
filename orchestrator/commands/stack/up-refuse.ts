import { EXIT } from "../exit.ts";
import { type Io, writeLine } from "../io.ts";

/** Says all that is in the way, and what could be done without it. */
export function refuse(faults: readonly string[], advice: readonly string[], io: Io): number {
  const count = faults.length === 1 ? "one thing is" : `${faults.length} things are`;
  writeLine(io.stderr, `sightline: not started, and nothing was changed: ${count} in the way`);
  for (const fault of faults) writeLine(io.stderr, `  - ${fault}`);
  for (const line of advice) writeLine(io.stderr, line);
  return EXIT.failed;
}
