import type { ComposePlan } from "../../up/compose-plan.ts";
import { observersOf } from "../../up/observers.ts";
import { runCompose } from "../../up/run-compose.ts";

export interface ObserversOptions {
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  /** For all of them together, their images included. Default: 10 minutes. */
  readonly limitMs?: number;
}

const LIMIT_MS = 600_000;
/** From its start until it is healthy. */
const WAIT_S = 150;

/**
 * Starts what measures, each by itself, once calls are answered: none of it keeps callers waiting, and one
 * that does not start keeps no other from starting.
 *
 * @returns those that do not run
 */
export async function startObservers(
  plan: ComposePlan,
  { signal, tell, limitMs = LIMIT_MS }: ObserversOptions,
): Promise<readonly string[]> {
  const names = observersOf(plan);
  if (names.length === 0) return [];
  tell(`calls are answered; now what measures them: ${names.join(", ")}`);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const failed: string[] = [];
  for (const name of names) {
    const words = ["up", "--detach", "--no-deps", "--wait", "--wait-timeout", String(WAIT_S), name];
    const code = limit.aborted ? 1 : await runCompose(plan, words, limit).catch(() => 1);
    if (code !== 0) failed.push(name);
  }
  return failed;
}

/** What whoever brought it up is told of those that do not run. */
export function unwatchedLine(failed: readonly string[]): string {
  const [first = ""] = failed;
  return `calls are answered, but ${failed.join(", ")} ${failed.length === 1 ? "does" : "do"} not run, so not all of it is measured; Docker's words stand above, its own in 'make logs NAME=${first}'`;
}
