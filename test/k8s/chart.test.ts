import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_DIR } from "../../orchestrator/project.ts";
import { chartVariables } from "../../scripts/chart-variables.ts";

// What needs no cluster tool; the rest is in test/e2e/k8s.

const chart = join(PROJECT_DIR, "k8s/chart");
const schema = JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8")) as {
  readonly definitions: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
};

test("its settings and keys are those of environment.ts (node scripts/write-chart-variables.ts rewrites them)", () => {
  const { setting, optionalSecret } = chartVariables();
  expect(schema.definitions["setting"]?.enum).toEqual(setting);
  expect(schema.definitions["optionalSecret"]?.enum).toEqual(optionalSecret);
});

test("no object of its values takes what is not named", () => {
  const open: string[] = [];
  const look = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, properties, additionalProperties } = node as Record<string, unknown>;
    if (type === "object" && properties !== undefined && additionalProperties !== false) open.push(path);
    for (const [key, value] of Object.entries(node)) look(value, `${path}/${key}`);
  };
  look(schema, "");
  expect(open).toEqual([]);
});

test("it ships the project's own files, and all of the warm-up", () => {
  const real = (path: string) => realpathSync(join(chart, "files", path));
  expect(real("vllm-classes")).toBe(join(PROJECT_DIR, "inference/vllm/classes"));
  expect(real("rules")).toBe(join(PROJECT_DIR, "observability/prometheus/rules"));
  expect(real("dashboards")).toBe(join(PROJECT_DIR, "observability/grafana/dashboards"));
  const warmUp = readdirSync(join(PROJECT_DIR, "inference/vllm")).filter((file) =>
    file.startsWith("warm_up"),
  );
  expect(readdirSync(join(chart, "files/warm-up")).sort()).toEqual(warmUp.sort());
  for (const file of warmUp) expect(real(`warm-up/${file}`)).toBe(join(PROJECT_DIR, "inference/vllm", file));
});

test("its version is the project's", () => {
  const { version } = JSON.parse(readFileSync(join(PROJECT_DIR, "package.json"), "utf8")) as {
    readonly version: string;
  };
  expect(readFileSync(join(chart, "Chart.yaml"), "utf8")).toContain(`appVersion: ${version}\n`);
});
