import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../orchestrator/turn/ports.ts";
import type { Jpeg, Prompt } from "../orchestrator/turn/turn.ts";
import { startTestCall } from "../test/standins/call/call.ts";
import { frameShown, ringShowing, showCamera } from "../test/standins/call/camera.ts";
import { gateOf, personVerdict, saying, settingsOf } from "../test/standins/turn.ts";
import { type Bench, type BenchRow, runDirectly } from "./benchmark.ts";

/** What computing ahead costs the engine: pictures computed for each question about one. */

const ROUNDS = 2;
const FRAMES_PER_QUESTION = 1.5;
const FRAME_MS = 200;
const ANSWER_BY_MS = 15_000;
/** An answer has sounded for so long when it is spoken into. */
const INTO_MS = 600;
/** Longer than the answer of one question that is over takes. */
const QUIET_MS = 1500;
/** An engine's prefill of a picture and of a question: an L4 with 7B, an H100. */
const ENGINES = { L4: 420, H100: 70 } as const;
/** How often the scene changes before a camera. */
const CAMERAS = {
  "held still": Infinity,
  "moved every two seconds": 2000,
  "walking, every frame another": 0,
} as const;
/** What is said, one after the other: most of it about the picture. */
const SAYINGS: readonly Saying[] = [
  { text: "what is this" },
  { text: "what is in front of me" },
  { text: "can you tell me what is on the table in front of me" },
  { text: "tell me a joke", inWords: true },
  { text: "can you tell me what is on the table in front of me", pausesMs: { 4: 400 } },
  { text: "what is behind that chair", into: true },
  { text: "please look around and describe to me what you can see in this room right now" },
  { text: "what can you see on the left and what is beside it", pausesMs: { 3: 300, 7: 450 } },
  { text: "is somebody standing there", into: true },
  { text: "how many minutes are there in a day", inWords: true },
];
const PICTURED = SAYINGS.filter(({ inWords }) => !inWords);

interface Saying {
  readonly text: string;
  /** Silence inside, in milliseconds after the word with this number; shorter than what ends a question. */
  readonly pausesMs?: Readonly<Record<number, number>>;
  /** No picture goes with it, though the camera is on. */
  readonly inWords?: boolean;
  /** Said into the answer before it. */
  readonly into?: boolean;
}

interface Price {
  /** Pictures computed, ahead or with it, for each question about one. */
  readonly frames: number;
  /** The same for each question in words, which uses none. */
  readonly inWords: number;
  /** Of all, for each question about a picture, the ones whose prefix no question used. */
  readonly wasted: number;
  /** Milliseconds of the engine's time for each question about a picture. */
  readonly engineMs: number;
  /** Share of requests whose picture was warm, and was being computed. */
  readonly warm: number;
  readonly joined: number;
}

export const run: Bench = async () => {
  const rows: BenchRow[] = [];
  const all: Price[] = [];
  for (const [engine, prefillMs] of Object.entries(ENGINES)) {
    const prices = await Promise.all(
      Object.entries(CAMERAS).map(async ([camera, everyMs]) => ({
        camera,
        price: await converse(prefillMs, everyMs),
      })),
    );
    all.push(...prices.map(({ price }) => price));
    rows.push(
      ...prices.map(({ camera, price }) => ({
        what: `${engine}, camera ${camera}: pictures computed for each question about one, for each in words, of these unused; requests on a warm one, on one that was being computed`,
        target: "–",
        measured: `${price.frames.toFixed(2)}, ${price.inWords.toFixed(2)}, ${price.wasted.toFixed(2)}; ${Math.round(100 * price.warm)}, ${Math.round(100 * price.joined)} %; ${Math.round(price.engineMs)} ms of the engine`,
        met: null,
      })),
    );
  }
  const mean = (of: (price: Price) => number): number =>
    all.reduce((sum, price) => sum + of(price), 0) / all.length;
  const frames = mean((price) => price.frames);
  return {
    name: "prefill-price",
    title: "The price of computing ahead",
    rows: [
      {
        what: "pictures computed for each question about one, mean of all cameras and engines",
        target: `≤ ${FRAMES_PER_QUESTION}`,
        measured: frames.toFixed(2),
        met: frames <= FRAMES_PER_QUESTION,
      },
      {
        what: "pictures computed for each question in words, mean of all cameras and engines",
        target: "–",
        measured: mean(({ inWords }) => inWords).toFixed(2),
        met: null,
      },
      ...rows,
    ],
    notes: [
      `Real calls in one process, ${ROUNDS * SAYINGS.length} spoken questions each of 0.6 to 4.5 s with the camera on: ${ROUNDS * PICTURED.length} about its picture, of which some have pauses of 300 to 450 ms inside and some are spoken into the answer before, and ${ROUNDS * (SAYINGS.length - PICTURED.length)} in words, whose pictures are counted apart. A camera of ${1000 / FRAME_MS} frames a second that shows a person; an engine that takes ${Object.entries(
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
  const frames = { picture: 0, words: 0 };
  let about: keyof typeof frames = "picture";
  let [engineMs, asked, warm, joined] = [0, 0, 0, 0];
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
    frames[about] += 1;
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
      const sha256 = pictureOf(prompt);
      if (sha256 !== undefined) {
        const known = computed.get(sha256);
        asked += 1;
        if (known?.done) warm += 1;
        else if (known) joined += 1;
        used.add(sha256);
      }
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
        ringShowing({
          gate: gateOf(personVerdict),
          toFrame({ capturedAtMs }) {
            const scene = everyMs === 0 ? shown++ : Math.floor((capturedAtMs - startedAtMs) / everyMs);
            return frameShown({ capturedAtMs }, 60 + ((scene * 40) % 160));
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
  const stopCamera = showCamera(test.call, { everyMs: FRAME_MS });
  try {
    await delay(1500);
    const all = Array.from({ length: ROUNDS }, () => SAYINGS).flat();
    for (const [nth, saying] of all.entries()) {
      about = saying.inWords ? "words" : "picture";
      await test.caller.say(saying.text, { pausesMs: saying.pausesMs ?? {}, parts: partsOf(saying) });
      if (all[nth + 1]?.into) {
        await test.next("turn", ANSWER_BY_MS);
        await delay(INTO_MS);
        continue;
      }
      await test.next("answer-end", ANSWER_BY_MS);
      await test.quiet(QUIET_MS);
    }
  } finally {
    stopCamera();
    await test.close();
  }
  const questions = ROUNDS * PICTURED.length;
  return {
    frames: frames.picture / questions,
    inWords: frames.words / (ROUNDS * (SAYINGS.length - PICTURED.length)),
    wasted: (frames.picture + frames.words - used.size) / questions,
    engineMs: engineMs / questions,
    warm: warm / asked,
    joined: joined / asked,
  };
}

/** A recogniser makes a final of what stands before a pause. */
function partsOf({ text, pausesMs = {} }: Saying): readonly string[] {
  const words = text.split(" ");
  const ends = [...Object.keys(pausesMs).map((word) => Number(word) + 1), words.length];
  return ends.map((end, nth) => words.slice(ends[nth - 1] ?? 0, end).join(" "));
}

/** Of the picture that goes with the question. */
function pictureOf({ messages }: Prompt<Jpeg>): string | undefined {
  const last = messages.at(-1);
  const parts = last?.role === "user" ? last.parts : [];
  return parts.find((part) => part.type === "picture")?.picture.sha256;
}

await runDirectly(import.meta.url, run);
