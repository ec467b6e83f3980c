import { beforeAll, describe, expect, test } from "vitest";
import { type GpuClass } from "../../../inference/vllm/choose-class.ts";
import { readClass } from "../../../inference/vllm/read-class.ts";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { byComponent, envOf, EXAMPLES, mainOf, render, type Workload, workloadsOf } from "./chart.ts";

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

describe.each(EXAMPLES)("the pods of %s", (example) => {
  let workloads: readonly Workload[] = [];
  beforeAll(async () => {
    workloads = workloadsOf(await render(example));
  });

  test("have all three probes; whoever starts slowly has its time", () => {
    for (const { startupProbe, livenessProbe, readinessProbe } of workloads.flatMap(
      ({ pod }) => pod.containers,
    ))
      for (const probe of [startupProbe, livenessProbe, readinessProbe])
        expect(Boolean(probe?.exec ?? probe?.httpGet ?? probe?.tcpSocket)).toBe(true);
    for (const vllm of byComponent(workloads, "vllm").map(mainOf)) {
      const { periodSeconds = 0, failureThreshold = 0 } = vllm.startupProbe ?? {};
      expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(1200);
    }
  });

  test("are ended only when their process no longer answers; whether they see is a matter of readiness", () => {
    for (const vllm of byComponent(workloads, "vllm").map(mainOf)) {
      for (const probe of [vllm.startupProbe, vllm.livenessProbe])
        expect(probe?.httpGet).toEqual({ path: "/health", port: "http" });
      const { periodSeconds = 0, failureThreshold = 0 } = vllm.livenessProbe ?? {};
      expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(100);
      expect(JSON.stringify(vllm.readinessProbe?.exec)).toContain("/warm-up/warm_up.py");
    }
    for (const { pod } of workloads)
      for (const { livenessProbe } of pod.containers) {
        expect(livenessProbe?.exec).toBeUndefined();
        expect(livenessProbe?.httpGet?.path).not.toBe("/readyz");
      }
  });

  test("have longer to end than they take: the pause before the signal, and their drain", () => {
    for (const workload of workloads) {
      const main = mainOf(workload);
      const pause = main.lifecycle?.preStop.sleep.seconds ?? 0;
      expect(pause).toBeGreaterThanOrEqual(15);
      expect(workload.pod.terminationGracePeriodSeconds).toBeGreaterThan(pause + drainSeconds(workload));
    }
  });
});

/** How long a component goes on after the signal. */
function drainSeconds(workload: Workload): number {
  const [, file = ""] = mainOf(workload).args ?? [];
  switch (workload.component) {
    case "agent":
      return Number(envOf(mainOf(workload))["AGENT_DRAIN_MS"]) / 1000;
    case "gateway":
      return Number(envOf(mainOf(workload))["GATEWAY_DRAIN_MS"]) / 1000;
    case "vllm":
      return Number(readClass(file.replace(/^\/classes\/(.*)\.yaml$/, "$1") as GpuClass)["shutdown-timeout"]);
    case "livekit":
      return 7200;
    default:
      return 10;
  }
}
