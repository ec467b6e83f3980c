import { setTimeout as wait } from "node:timers/promises";
import type { Script } from "../test/e2e/call/engines.ts";
import { type Harness, startHarness } from "../test/e2e/call/harness.ts";
import { answerTo } from "../test/e2e/call/turn.ts";
import type { Caller } from "../test/standins/caller.ts";
import { joined, silence, SPEECH_RATE, type Utterance } from "../test/standins/speech/synthesise.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

/** Questions with pauses inside, in real calls: nothing may be heard before half a second of silence. */

const UTTERANCES = 200;
const SILENCE_MS = 500;
/** WebRTC and both jitter buffers. */
const LATE_P50_MS = 180;
const LATE_P95_MS = 230;
const LEAST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 490;
/** Calls at a time. */
const CALLERS = 2;

const QUESTIONS: readonly Script[] = [
  { question: "What's the capital of France?", local: "Local.", cloud: "Paris." },
  { question: "How far is it to the station?", local: "Local.", cloud: "Two miles." },
  { question: "Tell me what time it is now.", local: "Local.", cloud: "Half past nine." },
];

interface Trial {
  readonly pauseMs: number;
  /** First reply sample after the last speech sample; negative: into the question. */
  readonly startMs: number;
}

export const run: Bench = async () => {
  const harness = await startHarness({ script: QUESTIONS });
  try {
    const trials = (
      await Promise.all(
        Array.from({ length: CALLERS }, async (_, first) => {
          const caller = await harness.call({ bufferMs: 0 });
          const own: Trial[] = [];
          for (let nth = first; nth < UTTERANCES; nth += CALLERS) own.push(await trial(harness, caller, nth));
          return own;
        }),
      )
    ).flat();
    const starts = trials.map(({ startMs }) => startMs);
    const late = starts.map((ms) => ms - SILENCE_MS);
    const early = trials.filter(({ startMs }) => startMs < SILENCE_MS);
    return {
      name: "early-starts",
      title: "Never early: questions with pauses inside",
      rows: [
        {
          what: `answers heard before ${SILENCE_MS} ms of silence, pauses of ${LEAST_PAUSE_MS}–${MOST_PAUSE_MS} ms inside the question`,
          target: "0",
          measured: `${early.length} of ${trials.length}`,
          met: early.length === 0,
        },
        {
          what: "first sample of the answer at the caller, after the strict silence",
          target: `p50 ≤ ${LATE_P50_MS}, p95 ≤ ${LATE_P95_MS} ms`,
          measured: `p50 ${Math.round(quantile(late, 0.5))}, p95 ${Math.round(quantile(late, 0.95))} ms`,
          met: quantile(late, 0.5) <= LATE_P50_MS && quantile(late, 0.95) <= LATE_P95_MS,
        },
      ],
      series: [{ name: "first sound − 500 ms", unit: "ms", values: late, limit: LATE_P95_MS }],
      notes: [
        `Through a real livekit-server, ${CALLERS} calls at a time; last speech sample to first reply sample at the caller, least ${Math.round(Math.min(...starts))} ms.`,
        ...(early.length > 0
          ? [`Early after pauses of ${early.map(({ pauseMs }) => pauseMs).join(", ")} ms.`]
          : []),
      ],
    };
  } finally {
    await harness.close();
  }
};

async function trial(harness: Harness, caller: Caller, nth: number): Promise<Trial> {
  await wait(200);
  const script = QUESTIONS[nth % QUESTIONS.length];
  const pauseMs = LEAST_PAUSE_MS + ((nth * 61) % (MOST_PAUSE_MS - LEAST_PAUSE_MS + 1));
  const whole = harness.utterance(script?.question ?? "");
  const said = await caller.say(withPause(whole, 1 + (nth % (whole.words.length - 2)), pauseMs));
  const answer = await answerTo(caller, said, 15_000);
  const heardAtMs = caller.listening.firstSoundAtMs(said.firstSampleAtMs) ?? answer.end.atMs;
  return { pauseMs, startMs: heardAtMs - said.lastSampleAtMs };
}

/** The same words with a longer pause after one of them. */
function withPause({ samples, words }: Utterance, after: number, pauseMs: number): Utterance {
  const at = Math.round(((words[after]?.endMs ?? 0) * SPEECH_RATE) / 1000);
  const next = Math.round(((words[after + 1]?.startMs ?? 0) * SPEECH_RATE) / 1000);
  return { samples: joined([samples.slice(0, at), silence(pauseMs), samples.slice(next)]), words: [] };
}

await runDirectly(import.meta.url, run);
