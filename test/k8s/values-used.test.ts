import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_DIR } from "../../orchestrator/project.ts";

const chart = join(PROJECT_DIR, "k8s/chart");
const folder = join(chart, "templates");
const templates = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"))
  .join("\n");

/** What a pod takes as it is written. */
const PASSED_ON = new Set(["requests", "limits", "podSelector"]);

/** Names of values that no template asks for, as `.name` or `"name"`. */
function unused(values: string, asking: string): readonly string[] {
  const names = Array.from(values.matchAll(/^ *(\w+):/gm), ([, name = ""]) => name);
  return [...new Set(names)].filter(
    (name) => !PASSED_ON.has(name) && !new RegExp(`\\.${name}\\b|"${name}"`).test(asking),
  );
}

test("every value is asked for by a template", () => {
  expect(unused(readFileSync(join(chart, "values.yaml"), "utf8"), templates)).toEqual([]);
});

test("one that is asked for nowhere is found", () => {
  const values = "agent:\n  replicas: 1\n  resources:\n    requests: { cpu: 1 }\n  colour: red\n";
  expect(unused(values, "{{ .Values.agent.replicas }}{{ .resources }}")).toEqual(["colour"]);
});
