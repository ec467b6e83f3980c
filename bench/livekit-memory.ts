import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { slopeOf } from "../orchestrator/session/answering/slope.ts";
import { JOKE } from "../test/e2e/call/engines.ts";
import { type Harness, startHarness } from "../test/e2e/call/harness.ts";
import { ask } from "../test/e2e/call/turn.ts";
import { emptyView } from "../test/e2e/call/views.ts";
import { type Bench, runDirectly } from "./benchmark.ts";
import { readUsage } from "./livekit/agent-usage.ts";

/** What calls cost in memory: one more at a time, two hundred in a row, and one that lasts. */

const { values } = parseArgs({
  options: { cycles: { type: "string", default: "200" }, minutes: { type: "string", default: "30" } },
  strict: false,
});
const CYCLES = Number(values.cycles);
const LONG_CALL_MS = Number(values.minutes) * 60_000;
/** Calls beyond the first at the same time: with a camera this machine carries three in all. */
const MORE_CALLS = { audio: 4, camera: 2 };
const AUDIO_MB = 45;
const CAMERA_MB = 60;
/** The agent's default. */
const RECYCLE_MB = 1500;
const SETTLE_MS = 3000;
/** The first calls fill caches and pools that stay. */
const WARM_CYCLES = 0.2;

export const run: Bench = async () => {
  const harness = await startHarness({
    script: [JOKE],
    environment: { AGENT_MAX_CALLS: "32", AGENT_RECYCLE_MB: String(RECYCLE_MB) },
  });
  try {
    const audio = await costOfOneMore(harness, "audio");
    const camera = await costOfOneMore(harness, "camera");
    const cycles = await cycle(harness);
    const { weights: long, asked, answered } = await lastLong(harness);
    return {
      name: "livekit-memory",
      title: "Memory of calls",
      rows: [
        row("a call beyond the first, audio only", AUDIO_MB, audio),
        row("a call beyond the first, with a camera", CAMERA_MB, camera),
        row(`most, over ${CYCLES} calls opened and closed`, RECYCLE_MB, Math.max(...cycles)),
        row(`most, in one call of ${LONG_CALL_MS / 60_000} minutes`, RECYCLE_MB, Math.max(...long)),
      ],
      series: [
        { name: `over ${CYCLES} calls`, unit: "MB", values: cycles, limit: RECYCLE_MB },
        { name: "over the long call", unit: "MB", values: long, limit: RECYCLE_MB },
      ],
      notes: [
        `Resident memory of the agent process. Slope of ${CYCLES} calls after the first fifth: ${slopeOf(cycles.slice(cycles.length * WARM_CYCLES)).toFixed(2)} MB a call; of the long call after the first fifth, with a question every 20 s (${answered} of ${asked} answered) and a camera: ${(slopeOf(long.slice(long.length * WARM_CYCLES)) * 3).toFixed(2)} MB a minute.`,
      ],
    };
  } finally {
    await harness.close();
  }
};

const residentMb = (harness: Harness): number => readUsage(harness.agent().child.pid ?? 0).residentMb;

/** Each call has asked a question before it is weighed. */
async function costOfOneMore(harness: Harness, kind: keyof typeof MORE_CALLS): Promise<number> {
  const weights: number[] = [];
  for (let more = 0; more <= MORE_CALLS[kind]; more++) {
    const caller = await harness.call();
    if (kind === "camera") await caller.show(await emptyView(), { framesPerSecond: 4 });
    await ask(harness, caller, JOKE.question);
    await wait(SETTLE_MS);
    weights.push(residentMb(harness));
  }
  await harness.hangUp();
  await wait(SETTLE_MS);
  return ((weights.at(-1) ?? 0) - (weights[0] ?? 0)) / MORE_CALLS[kind];
}

async function cycle(harness: Harness): Promise<readonly number[]> {
  const weights: number[] = [];
  for (let at = 0; at < CYCLES; at++) {
    await harness.call();
    await harness.hangUp();
    weights.push(residentMb(harness));
  }
  return weights;
}

interface LongCall {
  /** Resident megabytes, one every 20 s. */
  readonly weights: readonly number[];
  readonly asked: number;
  readonly answered: number;
}

/** One weight every 20 s. */
async function lastLong(harness: Harness): Promise<LongCall> {
  const caller = await harness.call();
  await caller.show(await emptyView(), { framesPerSecond: 4 });
  const weights: number[] = [];
  let answered = 0;
  const until = performance.now() + LONG_CALL_MS;
  while (performance.now() < until) {
    const nextAtMs = performance.now() + 20_000;
    await ask(harness, caller, JOKE.question).then(
      () => answered++,
      () => {},
    );
    weights.push(residentMb(harness));
    await wait(Math.max(0, nextAtMs - performance.now()));
  }
  await harness.hangUp();
  return { weights, asked: weights.length, answered };
}

function row(what: string, mostMb: number, mb: number) {
  return { what, target: `≤ ${mostMb} MB`, measured: `${Math.round(mb)} MB`, met: mb <= mostMb };
}

await runDirectly(import.meta.url, run);
