import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { drawRoom } from "../inference/gate/figure.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";
import { startLockedGateService } from "./gate/photos.ts";
import { usageOf } from "./process-usage.ts";

const FRAMES = 5000;
const TIMED = 300;
const WARM_UP = 30;
const STREAM_SECONDS = 20;
const FRAMES_PER_SECOND = 2;
const MAX_GROWTH = 0.05;

/** What a frame costs, decode to verdict, in a gate process of its own with one inference thread. */
export const run: Bench = async () => {
  const gate = await startLockedGateService();
  try {
    await ready(gate.url);
    const frame = await pictureOf(640, 384);
    await judgeMany(gate.url, frame, WARM_UP);
    const times = await judgeMany(gate.url, frame, TIMED);

    const before = usageOf(gate.pid).cpuMs;
    const started = performance.now();
    for (let count = 0; count < STREAM_SECONDS * FRAMES_PER_SECOND; count++) {
      await judge(gate.url, frame, "stream");
      await sleep(Math.max(0, started + ((count + 1) * 1000) / FRAMES_PER_SECOND - performance.now()));
    }
    const share = (usageOf(gate.pid).cpuMs - before) / (performance.now() - started);

    const photos = await judgeMany(gate.url, frame, WARM_UP, "photo");
    const memory: number[] = [];
    for (let done = 0; done < FRAMES; done += FRAMES / 10) {
      await judgeMany(gate.url, frame, FRAMES / 10);
      memory.push(usageOf(gate.pid).residentMb);
    }
    // The first tenth fills pools; from there on nothing may grow.
    const growth = Math.max(...memory.slice(-3)) / Math.max(...memory.slice(1, 4)) - 1;
    return {
      name: "gate-cost",
      title: "Cost of a gated frame",
      rows: [
        {
          what: "decode to verdict, 640×384, one thread, stream mode",
          target: "p50 ≤ 35 ms",
          measured: `p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`,
          met: quantile(times, 0.5) <= 35,
        },
        {
          what: `CPU at ${FRAMES_PER_SECOND} frames/s, HTTP included`,
          target: "≤ 8 % of a core",
          measured: `${(100 * share).toFixed(1)} %`,
          met: share <= 0.08,
        },
        {
          what: `resident memory over ${FRAMES} frames`,
          target: "flat",
          measured: `${memory[0]!.toFixed(0)} MiB after ${FRAMES / 10}, ${memory.at(-1)!.toFixed(0)} MiB after all (${(100 * growth).toFixed(1)} % growth from tenths 2–4 to 8–10)`,
          met: growth <= MAX_GROWTH,
        },
        {
          what: "photo mode, person-free, all looks",
          target: "stated",
          measured: `p50 ${quantile(photos, 0.5).toFixed(0)} ms`,
          met: null,
        },
      ],
      notes: [
        "Milliseconds as the gate reports them. The frame is a drawn room: every look of its mode is taken.",
      ],
    };
  } finally {
    await gate.close();
  }
};

async function pictureOf(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const { rgb } = drawRoom(width, height);
  const noise = rgb.map((value, at) => value + ((at * 7919) % 23));
  const jpeg = await sharp(noise, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
  return Uint8Array.from(jpeg);
}

async function ready(url: string): Promise<void> {
  while ((await fetch(`${url}/health`)).status !== 200) await sleep(20);
}

async function judgeMany(
  url: string,
  frame: Uint8Array<ArrayBuffer>,
  count: number,
  mode: "stream" | "photo" = "stream",
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let done = 0; done < count; done++) times.push(await judge(url, frame, mode));
  return times;
}

async function judge(url: string, frame: Uint8Array<ArrayBuffer>, mode: "stream" | "photo"): Promise<number> {
  const answer = await fetch(`${url}/v1/judge`, {
    method: "POST",
    headers: { "content-type": "image/jpeg", "x-gate-mode": mode },
    body: frame,
  });
  const { ms, verdict } = (await answer.json()) as { readonly ms: number; readonly verdict: string };
  if (verdict !== "clear") throw new Error(`the empty room was judged ${verdict}`);
  return ms;
}

await runDirectly(import.meta.url, run);
