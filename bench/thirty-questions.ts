import type { ProfileName } from "../inference/simulator/profiles.ts";
import { startSimulator } from "../inference/simulator/start.ts";
import { slopeOf } from "../orchestrator/session/answering/slope.ts";
import type { Jpeg } from "../orchestrator/turn/turn.ts";
import { busyFrame } from "../test/orchestrator/vision/pictures.ts";
import { type Bench, type BenchRow, quantile, runDirectly, type Series } from "./benchmark.ts";
import { type Asked, converse, type History } from "./prefill/converse.ts";

/** Whether the thirtieth question of a call waits longer than the first, alone and among eight calls. */

const QUESTIONS = 30;
const CALLS = [1, 8] as const;
/** From the start of speech to the question: what people take to ask about a picture. */
const SPEECH_MS = 1800;
const PROFILES: readonly (readonly [ProfileName, readonly History[]])[] = [
  ["l4-7b-fp8", ["ours", "everything", "last-picture"]],
  ["h100-7b", ["ours"]],
];
const MS_PER_QUESTION = 1;
const LATER = 1.1;

/** The calls that ran at once. */
type Calls = readonly (readonly Asked[])[];

export const run: Bench = async () => {
  const rows: BenchRow[] = [];
  const series: Series[] = [];
  for (const [profile, histories] of PROFILES) {
    for (const count of CALLS) {
      // Side by side, each history with an engine of its own.
      const talks = await Promise.all(
        histories.map(async (history) => ({ history, calls: await talk(profile, history, count) })),
      );
      for (const { history, calls } of talks) {
        const name = `${profile}, ${count === 1 ? "one call" : `${count} calls at once`}, history ${history}`;
        rows.push(rowOf(name, calls, history === "ours"));
        series.push({
          name,
          unit: "ms",
          values: calls.flatMap((asked) => asked.map(({ ttftMs }) => ttftMs)),
        });
      }
    }
  }
  return {
    name: "thirty-questions",
    title: "The thirtieth question waits no longer than the first",
    rows,
    series,
    notes: [
      `${QUESTIONS} questions about ${QUESTIONS} different pictures in each call, half of them with people and what the detector found of them, each prefilled from ${SPEECH_MS} ms before its question; TTFT at the engine's own client, **simulated** vLLM with the estimated constants of the named GPU. \`ours\`: what our calls repeat (old pictures give way to their descriptions at the budget, and the new prefix is warmed). \`everything\`: no budget. \`last-picture\`: earlier pictures are left out of the prompt, so that its prefix changes with every question.`,
    ],
  };
};

async function talk(profile: ProfileName, history: History, count: number): Promise<Calls> {
  const simulator = await startSimulator({ profile, maxImages: QUESTIONS + 1, maxModelLen: 32_768 });
  try {
    return await Promise.all(
      Array.from({ length: count }, async (_, nth) =>
        converse({
          url: simulator.url,
          pictures: await pictures(nth),
          delivery: "prefilled",
          history,
          call: `call-${nth}`,
          speechMs: SPEECH_MS,
        }),
      ),
    );
  } finally {
    await simulator.close();
  }
}

async function pictures(call: number): Promise<readonly Jpeg[]> {
  const all: Jpeg[] = [];
  for (let nth = 0; nth < QUESTIONS; nth++) {
    const seed = 1 + call * QUESTIONS + nth;
    all.push(await (await busyFrame({ width: 640, height: 480, source: "camera", seed })).detailed());
  }
  return all;
}

function rowOf(what: string, calls: Calls, judged: boolean): BenchRow {
  const slope = quantile(
    calls.map((asked) => slopeOf(asked.map(({ ttftMs }) => ttftMs))),
    0.5,
  );
  const p95 = (from: number, to: number): number =>
    quantile(
      calls.flatMap((asked) => asked.slice(from, to).map(({ ttftMs }) => ttftMs)),
      0.95,
    );
  const [early, late] = [p95(1, 11), p95(20, QUESTIONS)];
  return {
    what: `${judged ? "" : "baseline: "}${what}: slope; p95 of questions 2–11 and 21–30`,
    target: judged ? `≤ ${MS_PER_QUESTION} ms a question; ≤ ${LATER} times` : "–",
    measured: `${slope.toFixed(2)} ms; ${Math.round(early)} and ${Math.round(late)} ms, ${(late / early).toFixed(2)} times`,
    met: judged ? slope <= MS_PER_QUESTION && late <= LATER * early : null,
  };
}

await runDirectly(import.meta.url, run);
