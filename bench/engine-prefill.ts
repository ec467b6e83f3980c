import { type Bench, type BenchRow, runDirectly } from "./benchmark.ts";
import { takePictures } from "./prefill/bench-engine.ts";
import {
  growthRow,
  isLong,
  latencyRow,
  ratioRow,
  seriesOf,
  shareRow,
  statedRow,
  uncachedRow,
} from "./prefill/figures.ts";
import {
  type Calls,
  COLD,
  EVERYTHING,
  LAST_PICTURE,
  PREFILLED,
  type RealEngine,
  RESENT,
  talk,
  waysFor,
} from "./prefill/real-engine.ts";
import { paceOf, PERIOD_MS } from "./thirty/pace.ts";

/**
 * What prefill ahead gains on the engine at `ENGINE_URL`, a real vLLM, against the targets of the simulated
 * one: `ENGINE_URL=http://HOST:PORT`, `ENGINE_API_KEY` if it wants one, `ENGINE_HARDWARE` to name what it
 * runs on, `FIRST_EVENT_MS` the target of a prefilled question (default 200, an L4's; an H100's is 80),
 * `QUESTIONS` in a call (default 30), `CALLS` at once (default 8; 1: that part is left out). The server's
 * limit on pictures in a prompt must be 12, and 31 with a context of 20,000 for the baseline that keeps
 * everything; without, that one is left out.
 */

const { ENGINE_URL, ENGINE_API_KEY, ENGINE_HARDWARE } = process.env;
const { QUESTIONS = "30", CALLS = "8", FIRST_EVENT_MS = "200" } = process.env;
/** From the start of speech to the question: a short one. */
const SPEECH_MS = 1200;
const MISSED_MS = 450;
const WARM_UP_QUESTIONS = 3;
const START_MS = 500;

export const run: Bench = async () => {
  if (!ENGINE_URL) throw new Error("ENGINE_URL is not set; expected the address of a vLLM, http://HOST:PORT");
  if (!ENGINE_HARDWARE)
    throw new Error("ENGINE_HARDWARE is not set; expected what it runs on: one NVIDIA L4");
  const engine: RealEngine = {
    url: ENGINE_URL.replace(/\/+$/, "").replace(/\/v1$/, ""),
    apiKey: ENGINE_API_KEY,
  };
  const pictures = await takePictures(Number(QUESTIONS));
  const all = [PREFILLED, COLD, RESENT, EVERYTHING, LAST_PICTURE];
  const { possible, notes } = await waysFor(engine, all, pictures.length);
  await talk(engine, COLD, { pictures: pictures.slice(0, WARM_UP_QUESTIONS), paces: [SPEECH_MS] });
  const measured: [string, Calls][] = [];
  for (const way of possible) {
    measured.push([way.name, await talk(engine, way, { pictures, paces: [SPEECH_MS] })]);
  }
  const calls = Number(CALLS);
  if (calls > 1) {
    const startAtMs = performance.now() + START_MS;
    const paces = Array.from({ length: calls }, (_, nth) =>
      paceOf(nth + 1, pictures.length, startAtMs + (PERIOD_MS * nth) / calls),
    );
    measured.push([`${calls} calls at once`, await talk(engine, PREFILLED, { pictures, paces })]);
  }
  const limitMs = Number(FIRST_EVENT_MS);
  return {
    name: "engine-prefill",
    title: `Prefill ahead on a real vLLM: ${ENGINE_HARDWARE}`,
    rows: rowsOf(measured, limitMs),
    series: measured.map(([name, of]) => seriesOf(name, of, name === PREFILLED.name ? limitMs : undefined)),
    notes: [
      `${QUESTIONS} questions about as many pictures of 640×480 in one growing call, through the memory, the prefill ahead and the engine client of our calls; **${ENGINE_HARDWARE}**. Prefilled: from ${SPEECH_MS} ms before the question. Cold: the picture comes with its question. Resent: no prefill, no ids, every picture as bytes each time. The calls at once are prefilled and ask as people do.`,
      ...notes,
    ],
  };
};

/** Every way's figures: ours against the targets, the others beside them. */
export function rowsOf(
  measured: readonly (readonly [string, Calls])[],
  limitMs: number,
): readonly BenchRow[] {
  const of = (name: string): Calls => measured.find(([each]) => each === name)?.[1] ?? [];
  const [prefilled, cold] = [of(PREFILLED.name), of(COLD.name)];
  const rows = [
    ratioRow(cold, prefilled),
    latencyRow(PREFILLED.name, prefilled, limitMs),
    latencyRow("prefill missed", cold, MISSED_MS),
    uncachedRow(PREFILLED.name, prefilled),
    shareRow(PREFILLED.name, prefilled),
  ];
  for (const [name, calls] of measured) {
    const ours = calls === prefilled || calls.length > 1;
    if (isLong(calls)) rows.push(growthRow(name, calls, ours ? "judged" : "baseline"));
    rows.push(statedRow(name, calls));
  }
  return rows;
}

await runDirectly(import.meta.url, run);
