import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { kubernetesTools, parseYaml, runTool } from "../../../scripts/tools/kubernetes.ts";
import { CHART, exampleFile, EXAMPLES, render, renderText, withoutLinks } from "./chart.ts";

// The tools are built with Go the first time.
const BUILD_MS = 20 * 60_000;
let tools = "";
beforeAll(async () => {
  tools = await kubernetesTools(console.error);
}, BUILD_MS);

/** What kubeconform finds wrong with objects. */
async function conform(objects: string): Promise<{ readonly faults: string; readonly valid: number }> {
  const location = join(tools, "schemas", "{{.ResourceKind}}{{.KindSuffix}}.json");
  const args = ["-strict", "-output", "json", "-summary", "-schema-location", location, "-"];
  const { status, stdout } = await runTool("kubeconform", args, objects);
  const { resources = [], summary } = JSON.parse(stdout) as {
    readonly resources?: readonly { readonly kind: string; readonly name: string; readonly msg: string }[];
    readonly summary: {
      readonly valid: number;
      readonly invalid: number;
      readonly errors: number;
      readonly skipped: number;
    };
  };
  expect(status).toBe(summary.invalid + summary.errors > 0 ? 1 : 0);
  expect(summary.skipped).toBe(0);
  return {
    valid: summary.valid,
    faults: resources.map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`).join("\n"),
  };
}

describe.each(EXAMPLES)("the example %s", (example) => {
  test("passes helm's lint", async () => {
    const { status, stdout, stderr } = await runTool("helm", [
      "lint",
      "--strict",
      CHART,
      "-f",
      exampleFile(example),
    ]);
    expect(withoutLinks(stderr)).toBe("");
    expect(stdout).toContain("1 chart(s) linted, 0 chart(s) failed");
    expect(status).toBe(0);
  });

  test("is made of objects that Kubernetes, the Prometheus operator, KEDA and GKE know, to the last field", async () => {
    const text = await renderText(example);
    const { faults, valid } = await conform(text);
    expect(faults).toBe("");
    expect(valid).toBe((await parseYaml(text)).length);
  });

  test("names no object twice, and puts all into the release's namespace", async () => {
    const manifests = await render(example);
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(manifests.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["voice"]));
  });
});

describe("kubeconform", () => {
  test.each([
    ["a field that is none", "replicas: 1\n  replcas: 1", /replcas/],
    ["a number that is a word", "replicas: one", /replicas/],
  ])("finds %s", async (_name, fault, expected) => {
    const text = await renderText("one-gpu");
    expect((await conform(text.replace("replicas: 1", fault))).faults).toMatch(expected);
  });

  test.each([
    ["a memory that is none", "one-gpu", "memory: 1Gi", "memory: 1 Gi", /memory/],
    ["a probe's unknown port field", "one-gpu", "path: /livez, port: http", "path: /livez, prt: http", /prt/],
    [
      "a monitor's unknown field",
      "pool",
      "podMetricsEndpoints:",
      "podMetricEndpoints:",
      /podMetricEndpoints/,
    ],
    ["a trigger without its kind", "pool", "- type: prometheus", "- typ: prometheus", /typ/],
    ["a rule's number", "pool", "severity: page", "severity: 1", /severity/],
    ["a load balancer's unknown field", "gke", "timeoutSec:", "timeoutSeconds:", /timeoutSeconds/],
    ["one that is a word", "gke", "timeoutSec: 7500", "timeoutSec: long", /timeoutSec/],
  ])("finds %s", async (_name, example, right, wrong, expected) => {
    const text = await renderText(example);
    expect(text).toContain(right);
    expect((await conform(text.replace(right, wrong))).faults).toMatch(expected);
  });
});

describe("helm-unittest", () => {
  const suites = readdirSync(join(CHART, "tests")).filter((file) => file.endsWith("_test.yaml"));

  test("passes every suite", async () => {
    const { status, stdout } = await runTool("helm-unittest", ["--color=false", CHART]);
    expect(stdout).toContain(`Test Suites: ${suites.length} passed, ${suites.length} total`);
    expect(status).toBe(0);
  });

  test("there is a suite for each template, which first is disabled", async () => {
    const templates = readdirSync(join(CHART, "templates"), { recursive: true, encoding: "utf8" });
    const tested = await Promise.all(
      suites.map(async (file) => {
        const [suite] = await parseYaml(readFileSync(join(CHART, "tests", file), "utf8"));
        return suite as { readonly templates: readonly string[]; readonly tests: readonly { it: string }[] };
      }),
    );
    expect(tested.flatMap((suite) => suite.templates).sort()).toEqual(
      templates.filter((file) => /\.(yaml|txt)$/.test(file)).sort(),
    );
    const first = tested.map((suite) =>
      suite.templates[0] === "NOTES.txt" ? undefined : suite.tests[0]?.it,
    );
    expect(new Set(first)).toEqual(new Set([undefined, "renders nothing when disabled"]));
  });
});
