import { setTimeout as wait } from "node:timers/promises";

/** Resolves after so long, and not before this process has read what is there for it: a stall counts as one turn. */
export async function turns(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5) await wait(Math.min(left, 5));
}
