import { setTimeout as wait } from "node:timers/promises";
import { FRONT, JOKE, type Script, TIME } from "../test/e2e/call/engines.ts";
import { type Harness, startHarness } from "../test/e2e/call/harness.ts";
import { ask, type Answer } from "../test/e2e/call/turn.ts";
import { emptyView } from "../test/e2e/call/views.ts";
import { type Bench, type BenchRow, quantile, runDirectly } from "./benchmark.ts";

/** Calls through a real livekit-server: the caller's last speech sample to the first reply sample at the caller. */

const TURNS = 40;
const WARM_UP_TURNS = 2;
const P50_MS = 700;
const P95_MS = 780;
const SILENCE_MS = 500;
/** Share of turns whose verdict was there when the question ended. */
const VERDICTS_THERE = 0.99;

const QUESTIONS: readonly Script[] = [
  JOKE,
  TIME,
  { question: "What's the capital of France?", local: "Local.", cloud: "Paris is the capital of France." },
];
const PICTURE_QUESTIONS: readonly Script[] = [
  FRONT,
  { question: "Describe the table.", local: "A person.", cloud: "It is made of dark wood." },
];

export const run: Bench = async () => {
  const harness = await startHarness({ script: [...QUESTIONS, ...PICTURE_QUESTIONS], finalMs: 150 });
  try {
    const spoken = await measure(harness, QUESTIONS, TURNS);
    const caller = await harness.call({ bufferMs: 0 });
    await caller.show(await emptyView(), { framesPerSecond: 5 });
    await wait(5000);
    const seen: Answer[] = [];
    for (let turn = 0; turn < TURNS; turn++)
      seen.push(await askNth(harness, caller, PICTURE_QUESTIONS, turn));
    const there = seen.filter(({ turn }) => turn.reason === "no-person").length / seen.length;
    return {
      name: "voice-to-voice",
      title: "Voice to voice through a real LiveKit server",
      rows: [
        ...rowsOf("question without a picture", spoken),
        ...rowsOf("question about a picture", seen),
        {
          what: "verdict there when the question ends, camera at 5 frames/s",
          target: `≥ ${VERDICTS_THERE * 100} %`,
          measured: `${(there * 100).toFixed(1)} % of ${seen.length}`,
          met: there >= VERDICTS_THERE,
        },
      ],
      series: [
        { name: "no picture", unit: "ms", values: spoken.map(({ latencyMs }) => latencyMs), limit: P95_MS },
        { name: "a picture", unit: "ms", values: seen.map(({ latencyMs }) => latencyMs), limit: P95_MS },
      ],
      notes: [
        `Last speech sample to first reply sample, both at the caller and on its clock; strict silence of ${SILENCE_MS} ms; ${TURNS} turns each. Caller (rtc-node), livekit-server, agent and person gate share the machine. Stand-ins: recogniser with its final 150 ms after the end of speech, engines and voice without delay of their own.`,
        partsOf(spoken),
      ],
    };
  } finally {
    await harness.close();
  }
};

async function measure(
  harness: Harness,
  script: readonly Script[],
  turns: number,
): Promise<readonly Answer[]> {
  const caller = await harness.call({ bufferMs: 0 });
  const answers: Answer[] = [];
  for (let turn = -WARM_UP_TURNS; turn < turns; turn++) {
    const answer = await askNth(harness, caller, script, turn + WARM_UP_TURNS);
    if (turn >= 0) answers.push(answer);
  }
  await caller.leave();
  return answers;
}

async function askNth(
  harness: Harness,
  caller: Awaited<ReturnType<Harness["call"]>>,
  script: readonly Script[],
  nth: number,
): Promise<Answer> {
  // Another offset against the frames of 10, 20 and 32 ms that sound comes in, each time.
  await wait(200 + ((nth * 7) % 40));
  return ask(harness, caller, script[nth % script.length]?.question ?? "");
}

function rowsOf(what: string, answers: readonly Answer[]): readonly BenchRow[] {
  const times = answers.map(({ latencyMs }) => latencyMs);
  const early = times.filter((ms) => ms < SILENCE_MS).length;
  return [
    row(`${what}, p50`, P50_MS, quantile(times, 0.5)),
    row(`${what}, p95`, P95_MS, quantile(times, 0.95)),
    {
      what: `${what}: earlier than ${SILENCE_MS} ms`,
      target: "0",
      measured: `${early} of ${times.length}`,
      met: early === 0,
    },
  ];
}

function row(what: string, targetMs: number, ms: number): BenchRow {
  return { what, target: `≤ ${targetMs} ms`, measured: `${Math.round(ms)} ms`, met: ms <= targetMs };
}

/** Where the time goes: what the agent reports of a turn, and what is left for the network. */
function partsOf(answers: readonly Answer[]): string {
  const parts: readonly (readonly [string, readonly (number | null)[]])[] = [
    ["strict silence, as counted by the agent", answers.map(({ turn }) => turn.times.silenceMs)],
    ["to the first sound handed over", answers.map(({ turn }) => turn.times.firstAudioMs)],
    ["time to first token (runs during the silence)", answers.map(({ turn }) => turn.times.ttftMs)],
    [
      "the rest: microphone, two ways through the server, jitter buffers",
      answers.map(({ latencyMs, turn }) => latencyMs - (turn.times.firstAudioMs ?? Number.NaN)),
    ],
  ];
  const lines = parts.map(([name, values]) => {
    const known = values.flatMap((value) => (value === null || Number.isNaN(value) ? [] : [value]));
    return `| ${name} | ${Math.round(quantile(known, 0.5))} | ${Math.round(quantile(known, 0.95))} |`;
  });
  return ["| part, question without a picture | p50 ms | p95 ms |", "|---|---|---|", ...lines].join("\n");
}

await runDirectly(import.meta.url, run);
