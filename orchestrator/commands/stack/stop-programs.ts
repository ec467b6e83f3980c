import { setTimeout as wait } from "node:timers/promises";
import type { KeptProgram } from "./keep-program.ts";

/** A program that is to be stopped some time. */
export interface StoppedProgram {
  readonly name: string;
  readonly program: Pick<KeptProgram, "stop" | "hurry">;
  /** It waits for calls. */
  readonly drains: boolean;
  readonly graceMs: number;
}

export interface Stop {
  /** Those that wait for calls end first, what calls are signalled through last of them; then the others, one after the other. */
  calmly(): Promise<void>;
  /** The same, and nobody waits for calls. */
  now(): Promise<void>;
}

/** What calls are signalled through: it is left to them until they have ended. */
const LAST = "gateway";
/** Of two signals that come at once a program sees one. */
const APART_MS = 200;

/**
 * How the programs of a stack end. Asked again, and in whatever way, it is the same end that is waited for.
 *
 * @param kept in the order in which they end; may still grow
 * @param after when all of them are gone
 */
export function createStop(kept: readonly StoppedProgram[], after: () => Promise<void>): Stop {
  const askedMs = new Map<StoppedProgram, number>();
  let ending: Promise<void> | undefined;
  let hurried = false;

  async function hurry(stopped: StoppedProgram): Promise<void> {
    await wait(APART_MS - (performance.now() - (askedMs.get(stopped) ?? 0)));
    stopped.program.hurry();
  }
  function ask(stopped: StoppedProgram): Promise<void> {
    const gone = stopped.program.stop(stopped.graceMs);
    askedMs.set(stopped, performance.now());
    if (hurried) void hurry(stopped);
    return gone;
  }
  async function end(): Promise<void> {
    const waiting = kept.filter(({ drains }) => drains);
    await Promise.all(waiting.filter(({ name }) => name !== LAST).map(ask));
    await Promise.all(waiting.filter(({ name }) => name === LAST).map(ask));
    for (const stopped of kept) if (!stopped.drains) await ask(stopped);
    await after();
  }
  const calmly = (): Promise<void> => (ending ??= end());

  return {
    calmly,
    async now() {
      const ended = calmly();
      hurried = true;
      for (const stopped of askedMs.keys()) void hurry(stopped);
      await ended;
    },
  };
}
