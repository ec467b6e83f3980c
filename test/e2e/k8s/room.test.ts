import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { PROJECT } from "../programs.ts";
import { render, type Workload, workloadsOf } from "./chart.ts";

// Whether the pods find room: one that asks for more than its node has left is never started.

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

const UNITS: Readonly<Record<string, number>> = { m: 0.001, Mi: 1024 ** 2, Gi: 1024 ** 3 };

const amount = (quantity: string | undefined): number => {
  const [, number, unit] = /^([\d.]+)(m|Mi|Gi)?$/.exec(quantity ?? "") ?? [];
  return Number(number) * (unit === undefined ? 1 : (UNITS[unit] ?? NaN));
};

/** What a workload's pod asks for of "cpu" or "memory". */
const asked = ({ pod }: Workload, what: string): number =>
  pod.containers.reduce((sum, { resources }) => sum + amount(resources.requests[what]), 0);

/** What one pod of each workload asks for, and what an upgrade asks for besides while the old ones end. */
async function room(example: string, what: string) {
  const workloads = workloadsOf(await render(example));
  const surging = workloads.filter(
    ({ strategy }) => ((strategy["rollingUpdate"] ?? {}) as { readonly maxSurge?: number }).maxSurge === 1,
  );
  const sum = (list: readonly Workload[]): number =>
    list.reduce((total, workload) => total + asked(workload, what), 0);
  return { steady: sum(workloads), upgrade: sum(surging) };
}

test("a machine with eight CPUs and 32 GB has room for the example of k3s, and for its upgrade", async () => {
  const cpu = await room("k3s", "cpu");
  expect(cpu.upgrade).toBeGreaterThan(0);
  // Half a CPU and 4 GB are the system's and k3s' own.
  expect(cpu.steady + cpu.upgrade).toBeLessThanOrEqual(7.5);
  const memory = await room("k3s", "memory");
  expect(memory.steady + memory.upgrade).toBeLessThanOrEqual(28e9);
});

test("the guide says what the pods of one GPU ask for, and an upgrade besides", async () => {
  const guide = readFileSync(join(PROJECT, "docs/operations.md"), "utf8");
  const [, cpus, gigabytes, moreCpus, moreGigabytes] =
    /ask for ([\d.]+) CPUs and ([\d.]+) GB [^;]*; an upgrade for ([\d.]+) CPUs and ([\d.]+) GB/.exec(guide) ??
    [];
  const cpu = await room("one-gpu", "cpu");
  const memory = await room("one-gpu", "memory");
  const said = [cpus, gigabytes, moreCpus, moreGigabytes].map(Number);
  const are = [cpu.steady, memory.steady / 1e9, cpu.upgrade, memory.upgrade / 1e9];
  expect(said).toEqual(are.map((each) => Math.ceil(each * 10) / 10));
});
