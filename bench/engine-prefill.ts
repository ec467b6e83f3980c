import { cpus } from "node:os";
import { slopeOf } from "../orchestrator/session/answering/slope.ts";
import type { Jpeg } from "../orchestrator/turn/turn.ts";
import { busyFrame } from "../test/orchestrator/vision/pictures.ts";
import { type Bench, type BenchRow, quantile, runDirectly, type Series } from "./benchmark.ts";
import { type Asked, converse, type Delivery, uncached } from "./prefill/converse.ts";

/**
 * What prefill ahead gains on the engine at `ENGINE_URL`, a real vLLM: `ENGINE_URL=http://HOST:PORT`,
 * `ENGINE_API_KEY` if it wants one, `ENGINE_HARDWARE` to name what it runs on, `QUESTIONS` in a call
 * (default 30; the server's limit on pictures in a prompt must be one above).
 */

const { ENGINE_URL, ENGINE_API_KEY, ENGINE_HARDWARE, QUESTIONS = "30", CALLS = "8" } = process.env;
/** From the start of speech to the question. */
const SPEECH_MS = 1800;

type Calls = readonly (readonly Asked[])[];

export const run: Bench = async () => {
  if (!ENGINE_URL) throw new Error("ENGINE_URL is not set; expected the address of a vLLM, http://HOST:PORT");
  const url = ENGINE_URL.replace(/\/+$/, "").replace(/\/v1$/, "");
  const pictures = await takePictures(Number(QUESTIONS));
  const talk = (delivery: Delivery, count = 1): Promise<Calls> =>
    Promise.all(
      Array.from({ length: count }, (_, nth) =>
        converse({
          url,
          model: undefined,
          apiKey: ENGINE_API_KEY,
          pictures,
          delivery,
          history: "ours",
          call: `${delivery}-${count}-${nth}-${Date.now()}`,
          speechMs: SPEECH_MS,
        }),
      ),
    );
  await talk("cold");
  const measured: [string, Calls][] = [];
  for (const delivery of ["cold", "prefilled", "resent"] as const) {
    measured.push([delivery, await talk(delivery)]);
  }
  const many = Number(CALLS);
  if (many > 1) measured.push([`prefilled, ${many} calls at once`, await talk("prefilled", many)]);
  const [cold = [], prefilled = []] = measured.map(([, calls]) => calls);
  const ratio = p50(cold) / p50(prefilled);
  return {
    name: "engine-prefill",
    title: "Prefill ahead on a real vLLM",
    rows: [
      {
        what: "first event of a picture question, cold against prefilled, p50",
        target: "> 1 times",
        measured: `${Math.round(p50(cold))} and ${Math.round(p50(prefilled))} ms, ${ratio.toFixed(1)} times`,
        met: ratio > 1,
      },
      ...measured.map(([name, calls]) => rowOf(name, calls)),
    ],
    series: measured.map(([name, calls]): Series => ({ name, unit: "ms", values: ttfts(calls) })),
    notes: [
      `${QUESTIONS} questions about as many pictures of 616 × 476 in one growing call, through the engine's own client; ${ENGINE_HARDWARE ?? `a vLLM on the same ${cpus().length} CPU cores`}. Cold: the picture comes with its question. Prefilled: ${SPEECH_MS} ms before. Resent: no prefill, no ids, every picture as bytes each time.`,
    ],
  };
};

async function takePictures(count: number): Promise<readonly Jpeg[]> {
  const all: Jpeg[] = [];
  for (let seed = 1; seed <= count; seed++) {
    all.push(await (await busyFrame({ width: 640, height: 480, source: "camera", seed })).detailed());
  }
  return all;
}

function rowOf(name: string, calls: Calls): BenchRow {
  const tokens = calls.flatMap((asked) => asked.map(uncached));
  const slopes = calls.map((asked) => slopeOf(asked.map(({ ttftMs }) => ttftMs)));
  return {
    what: `${name}: first event p50 / p95; slope; uncached tokens p50 / most`,
    target: "–",
    measured: `${Math.round(p50(calls))} / ${Math.round(quantile(ttfts(calls), 0.95))} ms; ${quantile(slopes, 0.5).toFixed(2)} ms a question; ${quantile(tokens, 0.5)} / ${Math.max(...tokens)}`,
    met: null,
  };
}

function ttfts(calls: Calls): readonly number[] {
  return calls.flatMap((asked) => asked.map(({ ttftMs }) => ttftMs));
}

function p50(calls: Calls): number {
  return quantile(ttfts(calls), 0.5);
}

await runDirectly(import.meta.url, run);
