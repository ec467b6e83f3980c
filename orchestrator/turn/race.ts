import { orAbort } from "../lib/abortable.ts";
import type { Attempt, Opening } from "./attempt.ts";
import type { EngineName, Route } from "./turn.ts";

/** What the race needs to know of the ladder. */
export interface Ladder {
  readonly first: Route;
  /** The next route when these engines are out of the question. */
  next(down: ReadonlySet<EngineName>, refused: boolean): Route;
  start(route: Route): Attempt;
  /** How long the engine may stay silent before the next model engine starts beside it; undefined: as long as it takes. */
  patienceMs(engine: EngineName): number | undefined;
  /** A failed beginning, told once for each attempt. */
  onLost(opening: Opening): void;
}

export type RaceResult =
  | { readonly won: Attempt; readonly refusal: string | undefined }
  /** No engine is left; the last route's reason says why. */
  | { readonly won: undefined; readonly route: Route; readonly refusal: string | undefined };

/**
 * The first engine that begins to speak. A failure or a refusal starts the next one at once,
 * impatience starts a second one beside the first; the losers are closed.
 *
 * @throws the signal's reason when it aborts first
 */
export async function race(ladder: Ladder, signal: AbortSignal): Promise<RaceResult> {
  const started = new Set<EngineName>();
  let running: Attempt[] = [];
  let refusal: string | undefined;
  let route = ladder.first;

  const start = (next: Route): void => {
    route = next;
    if (next.engine === "none") return;
    started.add(next.engine);
    running.push(ladder.start(next));
  };

  start(route);
  try {
    while (running.length > 0) {
      const opening = await firstOpening(running, patience(), signal);
      if (opening === "impatient") {
        start(ladder.next(started, false));
        continue;
      }
      running = running.filter((attempt) => attempt !== opening.attempt);
      if (opening.state === "speaking") return { won: opening.attempt, refusal };
      ladder.onLost(opening);
      if (opening.state === "refused") refusal = opening.text;
      if (running.length === 0) start(ladder.next(started, opening.state === "refused"));
    }
    return { won: undefined, route, refusal };
  } finally {
    for (const attempt of running) attempt.close();
  }

  function patience(): number | undefined {
    const [only, ...others] = running;
    if (!only || others.length > 0) return undefined;
    const { engine } = ladder.next(started, false);
    const isModel = engine === "local" || engine === "cloud";
    return isModel && only.route.engine !== "none" ? ladder.patienceMs(only.route.engine) : undefined;
  }
}

async function firstOpening(
  running: readonly Attempt[],
  patienceMs: number | undefined,
  signal: AbortSignal,
): Promise<Opening | "impatient"> {
  let timer: NodeJS.Timeout | undefined;
  const impatient = new Promise<"impatient">((resolve) => {
    if (patienceMs !== undefined) timer = setTimeout(() => resolve("impatient"), patienceMs);
  });
  try {
    return await orAbort(Promise.race([...running.map(({ opening }) => opening), impatient]), signal);
  } finally {
    clearTimeout(timer);
  }
}
