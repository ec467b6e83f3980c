import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { render } from "./chart.ts";

// What KEDA would be told, by a real Prometheus' reading of the chart's queries, and how many pods follow.

/** What a horizontal autoscaler overlooks. */
const TOLERANCE = 0.1;

interface Trigger {
  readonly metadata: { readonly query: string; readonly threshold: string };
}
interface Pod {
  readonly calls: number;
  readonly load: number;
  /** Else it is only starting. */
  readonly registered?: boolean;
  readonly draining?: boolean;
  readonly namespace?: string;
}

let folder: TestFolder;
let agentTriggers: readonly Trigger[] = [];
let engineTriggers: readonly Trigger[] = [];
beforeAll(async () => {
  await kubernetesTools(console.error);
  folder = testFolder();
  const scaled = (await render("pool")).filter(({ kind }) => kind === "ScaledObject");
  const of = (name: string) =>
    scaled.find(({ metadata }) => metadata.name === name)?.spec["triggers"] as readonly Trigger[];
  agentTriggers = of("sightline-agent");
  engineTriggers = of("sightline-vllm-l40s");
}, 20 * 60_000);
afterAll(() => folder.remove());

/** What Prometheus answers to a query, pods having been as they are for five minutes. */
function answer(query: string, pods: readonly Pod[]): number {
  const series = pods.flatMap((pod, index) => {
    const labels = `{namespace="${pod.namespace ?? "voice"}",job="agent",instance="10.0.0.${index}:8011"}`;
    const of = (name: string, at: number | boolean) => ({
      series: `sightline_${name}${labels}`,
      values: `${Number(at)}+0x20`,
    });
    return [
      of("calls", pod.calls),
      of("agent_load", pod.load),
      of("agent_processes_registered", pod.registered ?? true),
      of("agent_draining", pod.draining ?? false),
    ];
  });
  // No query gives this, so that promtool tells what it got instead.
  const asked = { expr: query, eval_time: "5m", exp_samples: [{ labels: "{}", value: -1 }] };
  const file = join(folder.path, "scaling.yml");
  const tests = [{ interval: "15s", input_series: series, promql_expr_test: [asked] }];
  writeFileSync(file, JSON.stringify({ rule_files: [], tests }));
  const ran = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
  if (ran.error) throw ran.error;
  const said = `${ran.stdout}${ran.stderr}`;
  const [, got] = /got: *\{\} (\S+)/.exec(said) ?? [];
  if (got === undefined) throw new Error(`no number: ${said}`);
  return Number(got);
}

/** Pods that the autoscaler asks for beside those that end: the most that any trigger asks for. */
function wanted(pods: readonly Pod[]): number {
  const current = pods.filter(
    ({ draining, namespace }) => draining !== true && namespace === undefined,
  ).length;
  const asked = agentTriggers.map(({ metadata: { query, threshold } }) => {
    const pace = answer(query, pods) / Number(threshold) / current;
    return Math.abs(1 - pace) <= TOLERANCE ? current : Math.ceil(pace * current - 1e-9);
  });
  return Math.max(...asked, 1);
}

const times = (count: number, pod: Pod): readonly Pod[] => Array.from({ length: count }, () => pod);

const FULL: Pod = { calls: 1, load: 1 };
const IDLE: Pod = { calls: 0, load: 0 };
const LEAVING: Pod = { calls: 2, load: 1, draining: true };

describe("agents", () => {
  test.each([
    ["no call: one is enough", [IDLE], 1],
    ["two calls: one is enough", [{ calls: 2, load: 0.4 }], 1],
    ["a third call adds one", [{ calls: 3, load: 0.5 }], 2],
    ["one that refuses with one call, because others keep its node busy, gets a second", [FULL], 2],
    ["then there are two, and no more", [FULL, IDLE], 2],
    ["ten that refuse get more, though an eleventh is within the tolerance", times(10, FULL), 12],
    ["one that is only starting refuses nothing", [FULL, { calls: 0, load: 1, registered: false }], 2],
    ["one that ends asks for none in its place", [IDLE, LEAVING], 1],
    ["nor do another release's", [IDLE, ...times(3, { ...FULL, namespace: "other" })], 1],
  ])("%s", (_name, pods, count) => {
    expect(wanted(pods)).toBe(count);
  });

  test("a pod that refused for a moment adds none", () => {
    expect(agentTriggers[1]?.metadata.query).toContain("min_over_time(sightline_agent_load");
  });

  test("without figures there is a number all the same", () => {
    for (const { metadata } of agentTriggers) expect(answer(metadata.query, [])).toBe(0);
  });
});

test("engines answer calls of agents that end too", () => {
  const query = engineTriggers[0]?.metadata.query ?? "";
  expect(answer(query, [{ calls: 3, load: 0.5 }, LEAVING])).toBe(5);
});
