import type { ProfileName } from "../../inference/simulator/profiles.ts";
import { startSimulator } from "../../inference/simulator/start.ts";
import type { Jpeg } from "../../orchestrator/turn/turn.ts";
import { benchEngine, takePictures } from "../prefill/bench-engine.ts";
import { type Asked, converse, type History } from "../prefill/converse.ts";
import { paceOf, PERIOD_MS } from "./pace.ts";

/** Calls of one kind, on one or several engines of their own. */
export interface Cell {
  readonly profile: ProfileName;
  /** Calls on one engine at the same time. */
  readonly calls: number;
  /** Engines beside each other, the seeds of which are 1, 2, 3 … */
  readonly engines: number;
  readonly history: History;
  /** Of the camera, in pixels. */
  readonly camera?: { readonly width: number; readonly height: number };
  readonly questions: number;
  /** As people ask, or the next question so many milliseconds of speech after the last token of an answer. */
  readonly pace: "person" | number;
}

/** About twenty words, as an answer about a picture has. */
const ANSWER =
  "Two people stand at the table by the window. The taller one now holds a red cup in the left hand.";
const WARM_UP_QUESTIONS = 3;
const WARM_UP_SPEECH_MS = 1000;
/** A call is open for so long before its first question. */
const OPEN_MS = 3000;

/** Every call's questions, engine after engine. In a process of its own. */
export async function run(cell: Cell): Promise<readonly (readonly Asked[])[]> {
  const pictures = await takePictures(cell.questions, cell.camera);
  // So that everything is compiled.
  await talk({ ...cell, calls: 1, pace: WARM_UP_SPEECH_MS }, 0, pictures.slice(0, WARM_UP_QUESTIONS));
  const startAtMs = performance.now() + OPEN_MS;
  const engines = Array.from({ length: cell.engines }, (_, nth) => talk(cell, nth + 1, pictures, startAtMs));
  return (await Promise.all(engines)).flat();
}

async function talk(
  { profile, calls, history, pace }: Cell,
  seed: number,
  pictures: readonly Jpeg[],
  startAtMs = 0,
): Promise<readonly (readonly Asked[])[]> {
  // A baseline that lets nothing go needs more than our flags allow.
  const limits = history === "everything" ? { maxImages: pictures.length + 1, maxModelLen: 32_768 } : {};
  const simulator = await startSimulator({ profile, seed, answer: ANSWER, ...limits });
  const engine = benchEngine(simulator.url, { vllm: true });
  try {
    return await Promise.all(
      Array.from({ length: calls }, (_, nth) =>
        converse({
          engine,
          pictures,
          ahead: true,
          history,
          call: `call-${nth}`,
          pace:
            pace === "person"
              ? paceOf(seed * 100 + nth, pictures.length, startAtMs + (PERIOD_MS * nth) / calls)
              : pace,
        }),
      ),
    );
  } finally {
    await engine.close();
    await simulator.close();
  }
}
