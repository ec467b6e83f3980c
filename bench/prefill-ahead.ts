import { parseArgs } from "node:util";
import { startSimulator } from "../inference/simulator/start.ts";
import type { Jpeg } from "../orchestrator/turn/turn.ts";
import { slopeOf } from "../orchestrator/session/answering/slope.ts";
import { alone } from "./alone.ts";
import { type Bench, type BenchRow, quantile, runDirectly, type Series } from "./benchmark.ts";
import { benchEngine, takePictures } from "./prefill/bench-engine.ts";
import { type Asked, converse, type ConverseOptions, uncached } from "./prefill/converse.ts";
import { MS_PER_QUESTION, shareRow, uncachedRow } from "./prefill/figures.ts";
import { floorMs } from "./prefill/floor.ts";
import {
  ARITHMETIC,
  type Delivery,
  OURS,
  PROMISES,
  type Size,
  SMALLER,
  type Variant,
} from "./prefill/variants.ts";
import { paceOf, PERIOD_MS } from "./thirty/pace.ts";

/** Thirty questions about thirty pictures in one call: what the first token waits for, and what is computed for it. */

const { values } = parseArgs({ options: { questions: { type: "string", default: "30" } }, strict: false });
const QUESTIONS = Number(values.questions);
/** In a real call, which takes speech and its recognition too. */
const SPOKEN = Math.min(QUESTIONS, 20);
const ANSWER = "Two people stand at the table by the window.";
/** A call is open for so long before its first question. */
const OPEN_MS = 3000;
/** Calls begin beside each other, so that this machine does not serve them all in the same instant. */
const APART_MS = PERIOD_MS / 16;

interface Measured extends Variant {
  readonly asked: readonly Asked[];
}

export const run: Bench = async () => {
  const variants: readonly Variant[] = PROMISES.flatMap(({ profile, coldMs }) => [
    ...(["prefilled", "cold", "resent"] as const).map((delivery) => ({ profile, delivery, size: OURS })),
    ...(coldMs === undefined ? [] : waysPast(profile)),
  ]);
  const pictures = new Map<Size, readonly Jpeg[]>();
  for (const size of [OURS, ...SMALLER]) pictures.set(size, await takePictures(QUESTIONS, size));
  const all: readonly Measured[] = await Promise.all(
    variants.map(async (variant, nth) => {
      const startAtMs = performance.now() + OPEN_MS + APART_MS * nth;
      const pace = paceOf(nth + 1, QUESTIONS, startAtMs);
      return { ...variant, asked: await talk(variant, { pictures: pictures.get(variant.size) ?? [], pace }) };
    }),
  );
  const spoken: { readonly profile: string; readonly asked: readonly Asked[] }[] = [];
  for (const { profile } of PROMISES) {
    const asked = await alone<readonly Asked[]>("prefill/real-call.ts", { profile, questions: SPOKEN });
    spoken.push({ profile, asked });
  }
  const of = (profile: string, delivery: Delivery, size = OURS): Measured =>
    all.find((one) => one.profile === profile && one.delivery === delivery && one.size === size) as Measured;
  return {
    name: "prefill-ahead",
    title: "Prefix computed while the question is asked",
    rows: PROMISES.flatMap(({ profile, warmMs, coldMs }) => [
      ...prefilledRows(profile, of(profile, "prefilled").asked, warmMs),
      slopeRow(profile, of(profile, "prefilled").asked),
      ...spoken
        .filter((call) => call.profile === profile)
        .flatMap(({ asked }) => prefilledRows(`${profile}, through a real call`, asked, warmMs)),
      ...(coldMs === undefined
        ? []
        : missedRows(
            of(profile, "cold"),
            coldMs,
            waysPast(profile).map((way) => of(way.profile, "cold", way.size)),
          )),
    ]),
    series: all.map(({ profile, delivery, size, asked }): Series => {
      const promise = PROMISES.find((each) => each.profile === profile);
      const limit = { prefilled: promise?.warmMs, cold: promise?.coldMs, resent: undefined }[delivery];
      return {
        name: `${profile}, ${delivery}, ${size.tokens} tokens`,
        unit: "ms",
        values: timesOf(asked),
        ...(limit === undefined ? {} : { limit }),
      };
    }),
    notes: [
      `${QUESTIONS} questions about as many pictures in a call of its own for each line, ${(PERIOD_MS / 1000).toFixed(1)} s a question on average, nothing let go; memory, prefill ahead and choice of frame of our calls, TTFT from the last word; **simulated** vLLM with the estimated constants of the named GPU, all at the same time. Cold: nothing is computed ahead. Resent: no prefill, no ids and no cache of the conversation's own, every picture as bytes each time.`,
      `Through a real call: ${SPOKEN} spoken questions in a call with a camera that is held on something new for each, one call after the other, after all else was measured; nothing is simulated but GPU, ear and voice; TTFT as its own latency strip tells it, tokens as its metrics count them.`,
      "Floor: what the GPU's constants need alone, fixed part + vision encoder + tokens that were not cached, at the median; no client and no queue is faster. `…-arithmetic` are the same GPU with a token at twice the model's parameters in FLOP at 40 % of the peak instead of a share of the published times; see docs/decisions/015-a-missed-prefill-on-an-l4.md.",
      [
        "| profile, mode | TTFT p50 / p95 ms | questions 2–11 / 21–30, p95 ms | uncached tokens, p50 / most |",
        "|---|---|---|---|",
        ...all.map(lineOf),
      ].join("\n"),
    ],
  };
};

/** What else a question whose prefill was missed could be: of a smaller picture, or on a GPU as the arithmetic has it. */
function waysPast(profile: Variant["profile"]): readonly Variant[] {
  const arithmetic = ARITHMETIC[profile];
  return [
    ...SMALLER.map((size) => ({ profile, delivery: "cold", size }) as const),
    ...(arithmetic ? [{ profile: arithmetic, delivery: "cold", size: OURS } as const] : []),
  ];
}

/** Each with a simulator of its own. */
async function talk(
  { profile, delivery }: Variant,
  { pictures, pace }: Pick<ConverseOptions, "pictures" | "pace">,
): Promise<readonly Asked[]> {
  const simulator = await startSimulator({
    profile,
    answer: ANSWER,
    maxImages: QUESTIONS + 1,
    maxModelLen: 32_768,
  });
  const engine = benchEngine(simulator.url, { vllm: delivery !== "resent" });
  try {
    return await converse({
      engine,
      pictures,
      ahead: delivery === "prefilled",
      history: "everything",
      pace,
    });
  } finally {
    await engine.close();
    await simulator.close();
  }
}

function prefilledRows(name: string, asked: readonly Asked[], warmMs: number): readonly BenchRow[] {
  const warm = p95(asked);
  return [
    row(`${name}: TTFT, prefilled, p95`, `< ${warmMs} ms`, `${whole(warm)} ms`, warm < warmMs),
    uncachedRow(name, [asked]),
    shareRow(name, [asked]),
  ];
}

function slopeRow(name: string, asked: readonly Asked[]): BenchRow {
  const slope = slopeOf(timesOf(asked));
  return row(
    `${name}: slope of TTFT`,
    `≤ ${MS_PER_QUESTION} ms a question`,
    `${slope.toFixed(2)} ms`,
    slope <= MS_PER_QUESTION,
  );
}

function missedRows(cold: Measured, coldMs: number, ways: readonly Measured[]): readonly BenchRow[] {
  const what = `${cold.profile}: TTFT, prefill missed, p95`;
  const found = p95(cold.asked);
  return [
    row(what, `< ${coldMs} ms`, `${whole(found)} ms; ${floorWords(cold)}`, found < coldMs),
    ...ways.map((way) => {
      const pixels = Math.round((100 * way.size.width * way.size.height) / (OURS.width * OURS.height));
      const price = way.size === OURS ? "another estimate of the same GPU" : `${pixels} % of the pixels`;
      return row(
        `the same, ${way.size.tokens} tokens a picture${way.profile === cold.profile ? "" : `, ${way.profile}`} (${price})`,
        "–",
        `${whole(p95(way.asked))} ms; ${floorWords(way)}`,
        null,
      );
    }),
  ];
}

function floorWords({ profile, size, asked }: Measured): string {
  const uncachedTokens = quantile(asked.map(uncached), 0.5);
  const floor = floorMs(profile, { uncachedTokens, pictureTokens: size.tokens });
  return `p50 ${whole(quantile(timesOf(asked), 0.5))} ms over a floor of ${whole(floor)} ms for ${uncachedTokens} tokens`;
}

function lineOf({ profile, delivery, size, asked }: Measured): string {
  const tokens = asked.map(uncached);
  return `| ${profile}, ${delivery}${size === OURS ? "" : `, ${size.tokens} tokens`} | ${whole(quantile(timesOf(asked), 0.5))} / ${whole(p95(asked))} | ${whole(p95(asked.slice(1, 11)))} / ${whole(p95(asked.slice(-10)))} | ${quantile(tokens, 0.5)} / ${Math.max(...tokens)} |`;
}

function row(what: string, target: string, measured: string, met: boolean | null): BenchRow {
  return { what, target, measured, met };
}

function timesOf(asked: readonly Asked[]): readonly number[] {
  return asked.map(({ ttftMs }) => ttftMs);
}

function p95(asked: readonly Asked[]): number {
  return quantile(timesOf(asked), 0.95);
}

function whole(value: number): string {
  return String(Math.round(value));
}

await runDirectly(import.meta.url, run);
