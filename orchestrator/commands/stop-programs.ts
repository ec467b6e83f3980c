import type { KeptProgram } from "./keep-program.ts";

/** A program that is to be stopped some time. */
export interface StoppedProgram {
  readonly name: string;
  readonly program: Pick<KeptProgram, "stop" | "hurry">;
  /** It waits for calls, together with the others that do. */
  readonly drains: boolean;
  readonly graceMs: number;
}

export interface Stop {
  /** Those that wait for calls end first, together; then the others, one after the other. */
  calmly(): Promise<void>;
  /** The same, and nobody waits for calls. */
  now(): Promise<void>;
}

/** What calls are signalled through: it is left to them until they have said their goodbyes. */
const LAST = "gateway";

/**
 * How the programs of a stack end. Asked again, and in whatever way, it is the same end that is waited for.
 *
 * @param kept in the order in which they end; may still grow
 * @param after when all of them are gone
 */
export function createStop(kept: readonly StoppedProgram[], after: () => Promise<void>): Stop {
  const asked = new Map<StoppedProgram, Promise<void>>();
  let ending: Promise<void> | undefined;
  let hurried = false;

  function ask(stopped: StoppedProgram): Promise<void> {
    const gone = stopped.program.stop(stopped.graceMs);
    asked.set(stopped, gone);
    if (hurried) stopped.program.hurry();
    return gone;
  }
  async function end(): Promise<void> {
    await Promise.all(kept.filter(({ drains }) => drains).map(ask));
    for (const stopped of kept) if (!stopped.drains) await ask(stopped);
    await after();
  }
  const calmly = (): Promise<void> => (ending ??= end());

  return {
    calmly,
    async now() {
      const ended = calmly();
      hurried = true;
      const last = [...asked].filter(([{ name }]) => name === LAST);
      const others = [...asked].filter(([{ name }]) => name !== LAST);
      for (const [{ program }] of others) program.hurry();
      await Promise.all(others.map(([, gone]) => gone));
      for (const [{ program }] of last) program.hurry();
      await ended;
    },
  };
}
