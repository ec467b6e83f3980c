import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { pickFrame } from "../orchestrator/turn/choose-frame.ts";
import type { Gate } from "../orchestrator/turn/ports.ts";
import { connectGate } from "../orchestrator/vision/gate-client.ts";
import type { RawFrame } from "../orchestrator/vision/raw.ts";
import { createFrameRing } from "../orchestrator/vision/ring.ts";
import { type Bench, type BenchRow, runDirectly } from "./benchmark.ts";
import { readPhotos, startLockedGateService } from "./gate/photos.ts";

const WIDTH = 640;
const HEIGHT = 480;
/** Cameras of two calls at once are stated beside the one that counts. */
const STREAMS = [1, 2] as const;
const TURNS = 100;
const MOST_SCENES = 60;
const CAMERA_FPS = 30;
const QUIET_FPS = 2;
const SPEAKING_FPS = 5;
/** Final transcripts come so long after the end of speech; the picture is needed then. */
const FINAL_MS = [100, 200, 400, 900] as const;
/** As many frames as the gate's word about a scene needs, and one more. */
const LOOKS = 3;
const CALLER = { participant: "caller", track: "camera" };

interface Turn {
  /** The verdict could be read at once. */
  readonly known: boolean;
  readonly value: string;
  readonly reason: string;
}

/** Is the verdict of the chosen frame there when the question ends, with a camera that shows one scene after the other? */
export const run: Bench = async () => {
  const gate = await startLockedGateService();
  const connection = connectGate(gate.url);
  try {
    await connection.ready(AbortSignal.timeout(10_000));
    const all = await Promise.all(
      (await readPhotos())
        .filter(({ label }) => label === "yes" || label === "no")
        .slice(0, MOST_SCENES)
        .map(({ path }) => sceneOf(path)),
    );
    const scenes: Uint8Array[] = [];
    for (const scene of all) if (await isDecidable(connection.forStream(), scene)) scenes.push(scene);
    const runs: { readonly streams: number; readonly turns: readonly Turn[] }[] = [];
    for (const streams of STREAMS) {
      const talks = Array.from({ length: streams }, (_, stream) =>
        talk(connection.forStream(), scenes, { stream, streams }),
      );
      runs.push({ streams, turns: (await Promise.all(talks)).flat() });
    }
    return {
      name: "verdict-ready",
      title: "Verdict there when the question ends",
      rows: runs.map(({ streams, turns }) => row(streams, turns)),
      notes: [
        `${TURNS} turns for each camera; ${WIDTH}×${HEIGHT} at ${CAMERA_FPS} frames/s offered, ${QUIET_FPS} kept in silence and ${SPEAKING_FPS} while somebody speaks; questions of 0.8–2.4 s, then the final transcript after ${FINAL_MS.join(", ")} ms in turn. Each turn shows another photo. The gate is a process with one thread.`,
        `Shown are the ${scenes.length} of ${all.length} photos that the gate can decide when it has all the time in the world.`,
        ...runs.map(
          ({ streams, turns }) => `${cameras(streams)}: why a verdict was not there: ${reasons(turns)}.`,
        ),
      ],
    };
  } finally {
    await connection.close();
    await gate.close();
  }
};

function row(streams: number, turns: readonly Turn[]): BenchRow {
  const there = turns.filter(({ known, value }) => known && value !== "unknown").length;
  return {
    what: `turns whose frame has its verdict when the words are final, \`unknown\` not counted, ${cameras(streams)}`,
    target: streams === 1 ? "≥ 99 %" : "stated beside it",
    measured: `${((100 * there) / turns.length).toFixed(1)} % of ${turns.length}`,
    met: streams === 1 ? there >= 0.99 * turns.length : null,
  };
}

function cameras(streams: number): string {
  return streams === 1 ? "one camera" : `${streams} cameras at once`;
}

/** Whether the gate knows what is in a scene that does not change. */
async function isDecidable(gate: Gate, scene: Uint8Array): Promise<boolean> {
  const ring = createFrameRing({ gate });
  try {
    ring.setRate(Infinity);
    let verdict = "unknown";
    for (let look = 0; look < LOOKS; look++) {
      const afterMs = performance.now();
      ring.offer(toRaw(scene), CALLER);
      const frame = await ring.next(afterMs - 1, AbortSignal.timeout(2000));
      if (frame) verdict = (await ring.gate(frame, AbortSignal.timeout(2000))).value;
    }
    return verdict !== "unknown";
  } finally {
    ring.close();
  }
}

function toRaw(data: Uint8Array): RawFrame {
  const capturedAtMs = performance.now();
  return { data, format: "RGBA", width: WIDTH, height: HEIGHT, rotation: 0, capturedAtMs, source: "camera" };
}

async function talk(
  gate: Gate,
  scenes: readonly Uint8Array[],
  { stream, streams }: { readonly stream: number; readonly streams: number },
): Promise<readonly Turn[]> {
  const ring = createFrameRing({ gate });
  let scene = scenes[stream % scenes.length];
  const camera = setInterval(() => {
    if (scene) ring.offer(toRaw(scene), CALLER);
  }, 1000 / CAMERA_FPS);
  const turns: Turn[] = [];
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      scene = scenes[(turn * streams + stream) % scenes.length];
      ring.setRate(QUIET_FPS);
      await sleep(600);
      ring.setRate(SPEAKING_FPS);
      await sleep(800 + 1600 * Math.random());
      const endedAtMs = performance.now();
      const finalMs = FINAL_MS[turn % FINAL_MS.length] ?? 100;
      await sleep(finalMs);
      const frame = pickFrame(ring.recent("any"), endedAtMs, performance.now(), (each) =>
        ring.isJudged(each),
      )?.frame;
      const verdict = frame && (await Promise.race([ring.gate(frame, AbortSignal.timeout(1000)), atOnce()]));
      turns.push({
        known: verdict !== undefined,
        value: verdict?.value ?? "none",
        reason: verdict?.reason ?? "none",
      });
    }
  } finally {
    clearInterval(camera);
    ring.close();
  }
  return turns;
}

/** Reasons of the turns that do not count, with how many there were of each. */
function reasons(turns: readonly Turn[]): string {
  const counts = new Map<string, number>();
  for (const { known, value, reason } of turns) {
    if (known && value !== "unknown") continue;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const named = [...counts].map(([reason, count]) => `${reason} ${count}`);
  return named.length === 0 ? "it always was" : named.join(", ");
}

/** What is not known after one turn of the event loop was not there. */
async function atOnce(): Promise<undefined> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function sceneOf(file: string): Promise<Uint8Array> {
  return sharp(file).resize(WIDTH, HEIGHT, { fit: "cover" }).ensureAlpha().raw().toBuffer();
}

await runDirectly(import.meta.url, run);
