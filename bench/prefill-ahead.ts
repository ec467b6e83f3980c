import { type ProfileName } from "../inference/simulator/profiles.ts";
import { startSimulator } from "../inference/simulator/start.ts";
import { slopeOf } from "../orchestrator/session/answering/slope.ts";
import type { Jpeg } from "../orchestrator/turn/turn.ts";
import { busyFrame } from "../test/orchestrator/vision/pictures.ts";
import { type Bench, type BenchRow, quantile, runDirectly, type Series } from "./benchmark.ts";
import { type Asked, converse, type Delivery, uncached } from "./prefill/converse.ts";

/** Thirty questions about thirty pictures in one call: what the first token waits for, and what is computed for it. */

const QUESTIONS = 30;
/** From the start of speech to the question: a short one. */
const SPEECH_MS = 1200;
const PROFILES: readonly (readonly [ProfileName, warmMs: number, coldMs: number | null])[] = [
  ["l4-2b", 200, 450],
  ["l4-7b-fp8", 200, 450],
  ["h100-7b", 80, null],
];
/** What a question may cost beside its own tokens: the template's, and those of the block that it breaks. */
const OVERHEAD_TOKENS = 32;
const CACHED_SHARE = 0.95;
const MS_PER_QUESTION = 1;

export const run: Bench = async () => {
  const pictures = await Promise.all(
    Array.from({ length: QUESTIONS }, async (_, seed) =>
      (await busyFrame({ width: 640, height: 480, source: "camera", seed })).detailed(),
    ),
  );
  const rows: BenchRow[] = [];
  const table: string[] = [];
  const series: Series[] = [];
  for (const [profile, warmMs, coldMs] of PROFILES) {
    const prefilled = await talk(profile, "prefilled", pictures);
    const cold = await talk(profile, "cold", pictures);
    const resent = await talk(profile, "resent", pictures);
    rows.push(...rowsOf(profile, { prefilled, cold }, { warmMs, coldMs }));
    series.push(
      ttfts(`${profile}, prefilled`, prefilled, warmMs),
      ttfts(`${profile}, cold`, cold, coldMs ?? undefined),
      ttfts(`${profile}, resent`, resent),
    );
    for (const [mode, asked] of Object.entries({ prefilled, cold, resent }))
      table.push(lineOf(profile, mode, asked));
  }
  return {
    name: "prefill-ahead",
    title: "Prefix computed while the question is asked",
    rows,
    series,
    notes: [
      `${QUESTIONS} questions about ${QUESTIONS} different pictures in one call, through the engine's own client; **simulated** vLLM with the estimated constants of the named GPU. Prefilled: the picture's prefix is asked for ${SPEECH_MS} ms before the question. Cold: it is not. Resent: no prefill, no ids and no cache of the conversation's own, every picture as bytes each time.`,
      [
        "| profile, mode | TTFT p50 / p95 ms | questions 2–11 / 21–30, p95 ms | uncached tokens, p50 / most |",
        "|---|---|---|---|",
        ...table,
      ].join("\n"),
    ],
  };
};

/** Each with a simulator of its own. */
async function talk(
  profile: ProfileName,
  delivery: Delivery,
  pictures: readonly Jpeg[],
): Promise<readonly Asked[]> {
  const simulator = await startSimulator({ profile, maxImages: QUESTIONS + 1, maxModelLen: 32_768 });
  try {
    const { url } = simulator;
    return await converse({ url, pictures, delivery, history: "everything", speechMs: SPEECH_MS });
  } finally {
    await simulator.close();
  }
}

function rowsOf(
  profile: ProfileName,
  { prefilled, cold }: Readonly<Record<"prefilled" | "cold", readonly Asked[]>>,
  limits: { readonly warmMs: number; readonly coldMs: number | null },
): readonly BenchRow[] {
  const warm = p95(prefilled);
  const missed = p95(cold);
  const over = Math.max(...prefilled.map((each) => uncached(each) - each.questionTokens));
  const later = prefilled.slice(1);
  const share =
    sum(later.map(({ cachedTokens }) => cachedTokens)) / sum(later.map(({ promptTokens }) => promptTokens));
  const slope = slopeOf(prefilled.map(({ ttftMs }) => ttftMs));
  const rows: BenchRow[] = [
    row(`${profile}: TTFT, prefilled, p95`, `< ${limits.warmMs} ms`, ms(warm), warm < limits.warmMs),
    row(
      `${profile}: uncached tokens beyond the question's own, most`,
      `≤ ${OVERHEAD_TOKENS}`,
      String(over),
      over <= OVERHEAD_TOKENS,
    ),
    row(
      `${profile}: prompt tokens from the prefix cache, from the second question on`,
      `≥ ${CACHED_SHARE * 100} %`,
      `${(share * 100).toFixed(1)} %`,
      share >= CACHED_SHARE,
    ),
    row(
      `${profile}: slope of TTFT`,
      `≤ ${MS_PER_QUESTION} ms a question`,
      `${slope.toFixed(2)} ms`,
      slope <= MS_PER_QUESTION,
    ),
  ];
  if (limits.coldMs !== null) {
    rows.push(
      row(
        `${profile}: TTFT, prefill missed, p95`,
        `< ${limits.coldMs} ms`,
        ms(missed),
        missed < limits.coldMs,
      ),
    );
  }
  return rows;
}

function lineOf(profile: ProfileName, mode: string, asked: readonly Asked[]): string {
  const times = asked.map(({ ttftMs }) => ttftMs);
  const tokens = asked.map(uncached);
  return `| ${profile}, ${mode} | ${Math.round(quantile(times, 0.5))} / ${Math.round(p95(asked))} | ${Math.round(p95(asked.slice(1, 11)))} / ${Math.round(p95(asked.slice(20)))} | ${quantile(tokens, 0.5)} / ${Math.max(...tokens)} |`;
}

function ttfts(name: string, asked: readonly Asked[], limit?: number): Series {
  const values = asked.map(({ ttftMs }) => ttftMs);
  return { name, unit: "ms", values, ...(limit === undefined ? {} : { limit }) };
}

function row(what: string, target: string, measured: string, met: boolean): BenchRow {
  return { what, target, measured, met };
}

function p95(asked: readonly Asked[]): number {
  return quantile(
    asked.map(({ ttftMs }) => ttftMs),
    0.95,
  );
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

await runDirectly(import.meta.url, run);
