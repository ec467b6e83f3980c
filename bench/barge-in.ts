import { setTimeout as wait } from "node:timers/promises";
import { TIME, type Script } from "../test/e2e/call/engines.ts";
import { type Harness, startHarness } from "../test/e2e/call/harness.ts";
import { eventsOf, heardWhole, quiet } from "../test/e2e/call/turn.ts";
import type { Caller } from "../test/standins/caller.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

/** A caller speaks into an answer: how soon it is silent at the caller, and what history keeps of it. */

const TRIALS = 60;
/** Every so many-th caller goes on speaking after a short pause. */
const RESUMES_EVERY = 3;
const STOP_P95_MS = 300;
/** What the reader of the received sound is good for. */
const RESOLUTION_MS = 20;
/** A gap between words is no end of the sound. */
const SILENT_MS = 250;

/** The next answer is not heard earlier than this after its question. */
const NEXT_ANSWER_MS = 450;

const STORY: Script = {
  question: "Tell me a story.",
  local: "Local.",
  cloud:
    "Once upon a time there lived an old farmer with seven goats and a small dog. Every morning they walked over the green hill to the river.",
};
const SAYS = ["Wait a moment."];

/** What one trial found. */
interface Trial {
  readonly stopMs: number;
  /** Words of the old answer that were heard, without and with one that ends at the cut, and those that history keeps. */
  readonly heard: readonly [string, string];
  readonly kept: string;
  readonly isClean: boolean;
}

export const run: Bench = async () => {
  const harness = await startHarness({ script: [STORY, TIME], says: SAYS });
  try {
    const trials: Trial[] = [];
    let caller = await harness.call({ bufferMs: 0 });
    for (let nth = 0; nth < TRIALS; nth++) {
      if (nth % 10 === 9) {
        await caller.leave();
        caller = await harness.call({ bufferMs: 0 });
      }
      trials.push(await trial(harness, caller, nth));
    }
    const stops = trials.map(({ stopMs }) => stopMs);
    const same = trials.filter(({ heard, kept }) => heard.includes(kept)).length;
    const clean = trials.filter(({ isClean }) => isClean).length;
    const differences = trials.filter(({ heard, kept }) => !heard.includes(kept));
    return {
      name: "barge-in",
      title: "Barge-in through a real LiveKit server",
      rows: [
        {
          what: "caller's first speech sample → silence at the caller, p95",
          target: `≤ ${STOP_P95_MS} ms`,
          measured: `${Math.round(quantile(stops, 0.95))} ms (p50 ${Math.round(quantile(stops, 0.5))}, most ${Math.round(Math.max(...stops))})`,
          met: quantile(stops, 0.95) <= STOP_P95_MS,
        },
        {
          what: `history equals the words that were heard, to ${RESOLUTION_MS} ms`,
          target: "100 %",
          measured: `${same} of ${trials.length}`,
          met: same === trials.length,
        },
        {
          what: "no word of the old answer after the sound stopped",
          target: "100 %",
          measured: `${clean} of ${trials.length}`,
          met: clean === trials.length,
        },
      ],
      series: [{ name: "first sample → silence", unit: "ms", values: stops, limit: STOP_P95_MS }],
      notes: [
        `${TRIALS} trials at different moments of an answer; in every third the caller resumes after 300 ms. The words that were heard are read from the caller's received sound by their content; history is what the next request to the engine holds. The reader places the end of a word to ${RESOLUTION_MS} ms: a word that ends so near to the cut may count or not. Without the network in between the two are equal to the sample (node bench/barge-in-local.ts).`,
        ...(differences.length > 0
          ? [
              `Differences: ${differences.map(({ heard, kept }) => `heard “… ${lastWords(heard[1])}”, kept “… ${lastWords(kept)}”`).join("; ")}.`,
            ]
          : []),
      ],
    };
  } finally {
    await harness.close();
  }
};

async function trial(harness: Harness, caller: Caller, nth: number): Promise<Trial> {
  await wait(400);
  const ends = eventsOf(caller, "answer-end").length;
  const asked = await caller.say(harness.utterance(STORY.question));
  await caller.until("the story", () => caller.listening.words(asked.lastSampleAtMs).length >= 2);
  await wait((nth * 137) % 3000);
  const speaking = caller.say(harness.utterance(nth % RESUMES_EVERY === 0 ? (SAYS[0] ?? "") : TIME.question));
  const speech = await speaking;
  let last = speech;
  if (nth % RESUMES_EVERY === 0) {
    await caller.pause(300);
    last = await caller.say(harness.utterance(TIME.question));
  }
  await caller.until("the next answer", () => eventsOf(caller, "answer-end").length >= ends + 2, 15_000);
  await quiet(caller);
  const stoppedAtMs = caller.listening.soundEndsAtMs(speech.firstSampleAtMs, SILENT_MS);
  const late = caller.listening
    .words(stoppedAtMs + 1)
    .filter(({ startAtMs }) => startAtMs < last.lastSampleAtMs + NEXT_ANSWER_MS);
  const heardUntil = (lackMs: number): string =>
    heardWhole(caller, harness.answer(STORY.cloud), asked.lastSampleAtMs, stoppedAtMs, lackMs);
  const messages = harness.cloud.asked().at(-1)?.request.body?.messages ?? [];
  const kept = messages.findLast(({ role }) => role === "assistant")?.content;
  return {
    stopMs: stoppedAtMs - speech.firstSampleAtMs,
    heard: [heardUntil(-RESOLUTION_MS), heardUntil(RESOLUTION_MS)],
    kept: typeof kept === "string" ? kept.trim() : "",
    isClean: late.length === 0,
  };
}

function lastWords(text: string): string {
  return text.split(" ").slice(-3).join(" ");
}

await runDirectly(import.meta.url, run);
