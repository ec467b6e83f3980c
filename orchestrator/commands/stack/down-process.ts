import { setTimeout as wait } from "node:timers/promises";
import { isStill, type KnownProcess, signalIfStill } from "../../up/process-birth.ts";
import { removeState, type UpPlaces, type UpState } from "../../up/state.ts";

export interface EndOptions {
  /** Running calls end now, with a goodbye, instead of going on for AGENT_DRAIN_MS. */
  readonly now?: boolean;
  readonly signal?: AbortSignal;
}

const LOOK_MS = 50;
/** What is left behind by a keeper that was killed gets as long as an answer takes. */
const LEFT_BEHIND_MS = 25_000;
const KILLED_MS = 2000;

/**
 * Ends the keeper, which ends its programs, and then whatever a killed keeper has left behind. A process
 * that only has the id of one of them is let alone.
 *
 * @returns the names of programs that had to be killed
 */
export async function endProcesses(
  places: UpPlaces,
  state: UpState,
  options: EndOptions = {},
): Promise<readonly string[]> {
  signalIfStill(state.keeper, "SIGTERM");
  if (options.now) {
    await wait(LOOK_MS);
    signalIfStill(state.keeper, "SIGTERM");
  }
  await untilGone([state.keeper], Number.POSITIVE_INFINITY, options.signal);
  if (options.signal?.aborted) return [];

  const left = Object.entries(state.programs).filter(([, program]) => isStill(program));
  for (const [, program] of left) signalIfStill(program, "SIGTERM");
  await untilGone(
    left.map(([, program]) => program),
    LEFT_BEHIND_MS,
    options.signal,
  );
  const deaf = left.filter(([, program]) => signalIfStill(program, "SIGKILL"));
  await untilGone(
    deaf.map(([, program]) => program),
    KILLED_MS,
    undefined,
  );
  removeState(places);
  return deaf.map(([name]) => name);
}

async function untilGone(
  processes: readonly KnownProcess[],
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const givenUpAtMs = performance.now() + withinMs;
  while (processes.some(isStill) && performance.now() < givenUpAtMs && !signal?.aborted) await wait(LOOK_MS);
}
