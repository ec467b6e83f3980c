import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromMib, gpuClasses } from "../../inference/vllm/choose-class.ts";
import { readClass } from "../../inference/vllm/read-class.ts";
import { callsPerGpu, toMemory } from "../../inference/vllm/sizing.ts";
import { PROJECT_DIR } from "../../orchestrator/project.ts";
import { admit, type Pressure } from "../../orchestrator/transports/livekit/admission.ts";

// KEDA adds a pod at a number of calls. It must come before the calls that the pods there are refuse, or
// leave cold, else nothing is ever added: a refused call does not run and is not counted.

const read = (file: string): string => readFileSync(join(PROJECT_DIR, file), "utf8");
const values = read("k8s/chart/values.yaml");
/** What a horizontal autoscaler overlooks. */
const TOLERANCE = 1.1;

/** Calls with a camera that an agent takes on so many CPUs of its own, each with its measured cost. */
function admitted(cores: number, coresPerCall: number): number {
  const takes = (calls: number): boolean => {
    const use = (calls * coresPerCall) / cores;
    const pressure: Pressure = {
      lagMs: 0,
      loopLagMs: 0,
      loopUse: 0,
      residentMb: 300,
      youngCalls: 0,
      cores,
      calls,
      cameras: calls,
      machineUse: use,
      ownUse: use,
    };
    return admit(pressure, { maxCalls: 1000, recycleMb: 1500 }, true).accept;
  };
  let calls = 0;
  while (takes(calls)) calls += 1;
  return calls;
}

test("agents are added while those that run still take a call", () => {
  const [, percent] =
    /calls with a camera \(.*\) \|.*\| (\d+) % of a core/.exec(read("docs/operations.md")) ?? [];
  const agent = /^agent:\n(?: .*\n)*/m.exec(values)?.[0] ?? "";
  const [, cpus] = /requests: \{ cpu: "(\d+)"/.exec(agent) ?? [];
  const [, callsPerPod] = /^ {4}callsPerPod: (\d+)$/m.exec(values) ?? [];
  const most = admitted(Number(cpus), Number(percent) / 100);
  // The first call at which one pod becomes two, and one more while the second starts.
  const first = Math.floor(Number(callsPerPod) * TOLERANCE) + 1;
  expect(most).toBeGreaterThan(1);
  expect(first + 1).toBeLessThanOrEqual(most);
});

test.each(gpuClasses)("engines of class %s are added before their caches are full", (gpuClass) => {
  const [, list = ""] = /^ {2}callsPerClass: \{(.*)\}$/m.exec(values) ?? [];
  const perClass = new Map(list.split(",").map((pair) => pair.trim().split(": ") as [string, string]));
  const calls = Number(perClass.get(gpuClass));
  const warm = callsPerGpu(toMemory(readClass(gpuClass), fromMib[gpuClass]).kvTokens);
  expect(calls).toBeGreaterThan(0);
  expect(Math.floor(calls * TOLERANCE) + 1).toBeLessThanOrEqual(warm);
});
