import { setTimeout as wait } from "node:timers/promises";
import { JOKE, TIME } from "../test/e2e/call/engines.ts";
import { type Harness, isListening, startHarness } from "../test/e2e/call/harness.ts";
import { ask } from "../test/e2e/call/turn.ts";
import { emptyView } from "../test/e2e/call/views.ts";
import type { Caller } from "../test/standins/caller.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";
import { readUsage } from "./livekit/agent-usage.ts";
import { LATE_MS, lateOf, rowsOf, type Step } from "./livekit/capacity-rows.ts";

/** How many calls one agent process holds on this machine with its turns on time, and what it does beyond. */

const TURNS = 4;
const MOST_CALLS = 16;
/** A caller without an agent after this was refused. */
const REFUSED_MS = 15_000;
const FRAMES_PER_SECOND = 4;

const QUESTIONS = [JOKE, TIME];

export const run: Bench = async () => {
  const audio = await curve(false);
  const video = await curve(true);
  return {
    name: "livekit-capacity",
    title: "Calls in one agent process",
    rows: [...rowsOf("audio only", audio), ...rowsOf(`640×480 at ${FRAMES_PER_SECOND} frames/s`, video)],
    notes: [
      `Each caller asks ${TURNS} questions by voice, all callers at their own times; late: more than ${LATE_MS} ms from the last sample of the question to the first of the answer. Callers, livekit-server, person gate and agent share the machine, so that its limit is theirs together. Calls are added until one is refused.`,
      tableOf("audio only", audio),
      tableOf("with a camera", video),
    ],
  };
};

async function curve(camera: boolean): Promise<readonly Step[]> {
  const harness = await startHarness({ script: QUESTIONS, environment: { AGENT_MAX_CALLS: "32" } });
  const steps: Step[] = [];
  const callers: Caller[] = [];
  try {
    while (callers.length < MOST_CALLS && !steps.at(-1)?.refused) {
      const caller = await enter(harness, camera);
      if (caller) callers.push(caller);
      steps.push(await measure(harness, callers, caller === undefined));
    }
    return steps;
  } finally {
    await harness.close();
  }
}

/** One more caller; undefined when no agent came. */
async function enter(harness: Harness, camera: boolean): Promise<Caller | undefined> {
  const caller = await harness.call({ waitForAgent: false });
  try {
    await caller.until("the agent listens", () => isListening(caller), REFUSED_MS);
  } catch {
    await caller.leave();
    return undefined;
  }
  if (camera) await caller.show(await emptyView(), { framesPerSecond: FRAMES_PER_SECOND });
  return caller;
}

async function measure(harness: Harness, callers: readonly Caller[], refused: boolean): Promise<Step> {
  const supervisor = harness.agent().child.pid ?? 0;
  const before = readUsage(supervisor);
  const beganAtMs = performance.now();
  const answers = await Promise.all(callers.map((caller, nth) => askSome(harness, caller, nth)));
  const after = readUsage(supervisor);
  const latencies = answers.flat().filter((ms) => ms !== undefined);
  return {
    calls: callers.length,
    latencies,
    lost: answers.flat().length - latencies.length,
    cpu: (after.cpuMs - before.cpuMs) / (performance.now() - beganAtMs),
    residentMb: after.residentMb,
    refused,
  };
}

/** Latencies of a few questions; undefined for one that got no answer. */
async function askSome(
  harness: Harness,
  caller: Caller,
  nth: number,
): Promise<readonly (number | undefined)[]> {
  const latencies: (number | undefined)[] = [];
  await wait((nth * 617) % 3000);
  for (let turn = 0; turn < TURNS; turn++) {
    const { question } = QUESTIONS[(nth + turn) % QUESTIONS.length] ?? { question: "" };
    latencies.push(
      await ask(harness, caller, question).then(
        ({ latencyMs }) => latencyMs,
        () => undefined,
      ),
    );
    await wait(500 + ((nth * 131 + turn * 277) % 1000));
  }
  return latencies;
}

function tableOf(what: string, steps: readonly Step[]): string {
  return [
    `| calls, ${what} | p50 / p95 ms | late or lost | agent, % of a core | a call | memory |`,
    "|---|---|---|---|---|---|",
    ...steps.map((step) => {
      const { calls, latencies, lost, cpu, residentMb, refused } = step;
      const times = `${Math.round(quantile(latencies, 0.5))} / ${Math.round(quantile(latencies, 0.95))}`;
      const each = calls > 0 ? (cpu * 100) / calls : 0;
      return `| ${calls}${refused ? ", one refused" : ""} | ${times} | ${lateOf(step)} of ${latencies.length + lost} | ${Math.round(cpu * 100)} | ${Math.round(each)} | ${Math.round(residentMb)} MB |`;
    }),
  ].join("\n");
}

await runDirectly(import.meta.url, run);
