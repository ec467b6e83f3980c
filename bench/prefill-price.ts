import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../orchestrator/turn/ports.ts";
import type { Jpeg, Prompt } from "../orchestrator/turn/turn.ts";
import { createFrameRing } from "../orchestrator/vision/ring.ts";
import { startTestCall } from "../test/standins/call/call.ts";
import { frameOf, gateOf, personVerdict, saying, settingsOf } from "../test/standins/turn.ts";
import { type Bench, type BenchRow, runDirectly } from "./benchmark.ts";

/** What computing ahead costs the engine: pictures computed for each question about one. */

const QUESTIONS = 12;
const FRAMES_PER_QUESTION = 1.5;
const FRAME_MS = 200;
/** An engine's prefill of a picture and of a question: an L4 with 7B, an H100. */
const ENGINES = { L4: 420, H100: 70 } as const;
/** How often the scene changes before a camera. */
const CAMERAS = {
  "held still": Infinity,
  "moved every two seconds": 2000,
  "walking, every frame another": 0,
} as const;
const SAYINGS = [
  "what is this",
  "what is in front of me",
  "can you tell me what is on the table in front of me",
  "please look around and describe to me what you can see in this room right now",
] as const;

interface Price {
  /** Pictures computed, ahead or with a question, for each question. */
  readonly frames: number;
  /** Of those, the ones whose prefix no question used. */
  readonly wasted: number;
  /** Milliseconds of the engine's time for each question. */
  readonly engineMs: number;
  /** Questions whose picture was warm. */
  readonly warm: number;
  /** Questions whose picture was being computed. */
  readonly joined: number;
}

export const run: Bench = async () => {
  const rows: BenchRow[] = [];
  const all: number[] = [];
  for (const [engine, prefillMs] of Object.entries(ENGINES)) {
    const prices = await Promise.all(
      Object.entries(CAMERAS).map(async ([camera, everyMs]) => ({
        camera,
        price: await converse(prefillMs, everyMs),
      })),
    );
    all.push(...prices.map(({ price }) => price.frames));
    rows.push(
      ...prices.map(({ camera, price }) => ({
        what: `${engine}, camera ${camera}: pictures computed for each question, of these unused; questions on a warm one, on one that was being computed`,
        target: "–",
        measured: `${price.frames.toFixed(2)}, ${price.wasted.toFixed(2)}; ${Math.round(100 * price.warm)}, ${Math.round(100 * price.joined)} %; ${Math.round(price.engineMs)} ms of the engine`,
        met: null,
      })),
    );
  }
  const mean = all.reduce((sum, frames) => sum + frames, 0) / all.length;
  return {
    name: "prefill-price",
    title: "The price of computing ahead",
    rows: [
      {
        what: "pictures computed for each question about one, mean of all cameras and engines",
        target: `≤ ${FRAMES_PER_QUESTION}`,
        measured: mean.toFixed(2),
        met: mean <= FRAMES_PER_QUESTION,
      },
      ...rows,
    ],
    notes: [
      `Real calls in one process, ${QUESTIONS} spoken questions each of 0.6 to 4.5 s, a camera of ${1000 / FRAME_MS} frames a second that shows a person; an engine that takes ${Object.entries(
        ENGINES,
      )
        .map(([name, ms]) => `${ms} ms (${name})`)
        .join(" or ")} for a picture.`,
    ],
  };
};

async function converse(prefillMs: number, everyMs: number): Promise<Price> {
  const computed = new Map<string, { readonly work: Promise<void>; done: boolean }>();
  const used = new Set<string>();
  let [engineMs, frames, warm, joined] = [0, 0, 0, 0];
  /** A question about a picture that is being computed waits for the rest of it, as in vLLM. */
  const compute = async (prompt: Prompt<Jpeg>, signal: AbortSignal): Promise<void> => {
    const sha256 = pictureOf(prompt);
    if (sha256 === undefined) return;
    const known = computed.get(sha256);
    if (known) return known.work;
    const startedAtMs = performance.now();
    const work = delay(prefillMs, undefined, { signal }).catch(() => {});
    const entry = { work, done: false };
    computed.set(sha256, entry);
    frames += 1;
    await work;
    engineMs += performance.now() - startedAtMs;
    if (signal.aborted) computed.delete(sha256);
    else entry.done = true;
  };
  const engine: Engine<Jpeg> = {
    available: () => true,
    async prefill(prompt, signal) {
      await compute(prompt, signal);
      return !signal.aborted;
    },
    async *answer(prompt, { signal }) {
      const sha256 = pictureOf(prompt) ?? "";
      const known = computed.get(sha256);
      if (known?.done) warm += 1;
      else if (known) joined += 1;
      used.add(sha256);
      await compute(prompt, signal);
      yield* saying("A woman is standing there.");
    },
  };
  let shown = 0;
  const startedAtMs = performance.now();
  const test = await startTestCall("", {
    frame: 160,
    deps: {
      settings: settingsOf({ policy: "local-only" }),
      createRing: () =>
        createFrameRing({
          gate: gateOf(personVerdict),
          toFrame: async ({ capturedAtMs }) => {
            const scene = everyMs === 0 ? shown++ : Math.floor((capturedAtMs - startedAtMs) / everyMs);
            return frameOf({
              id: `${capturedAtMs}`,
              source: "camera",
              capturedAtMs,
              luma: 60 + ((scene * 40) % 160),
            });
          },
        }),
      ports: (camera) => ({
        camera,
        gate: camera.gate,
        local: engine,
        cloud: undefined,
        describer: engine as never,
      }),
    },
  });
  const show = setInterval(() => {
    const raw = { source: "camera", rotation: 0, capturedAtMs: performance.now() } as never;
    test.call.frames.offer(raw, { participant: "caller", track: "camera" });
  }, FRAME_MS);
  try {
    await delay(1500);
    for (let nth = 0; nth < QUESTIONS; nth++) {
      await test.caller.say(SAYINGS[nth % SAYINGS.length] ?? "");
      await test.next("answer-end", 15_000);
      await test.quiet(400);
    }
  } finally {
    clearInterval(show);
    await test.close();
  }
  const questions = QUESTIONS;
  return {
    frames: frames / questions,
    wasted: (frames - used.size) / questions,
    engineMs: engineMs / questions,
    warm: warm / questions,
    joined: joined / questions,
  };
}

/** Of the picture that goes with the question. */
function pictureOf({ messages }: Prompt<Jpeg>): string | undefined {
  const last = messages.at(-1);
  const parts = last?.role === "user" ? last.parts : [];
  return parts.find((part) => part.type === "picture")?.picture.sha256;
}

await runDirectly(import.meta.url, run);
