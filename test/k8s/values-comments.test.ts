import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_DIR } from "../../orchestrator/project.ts";

/** Keys of a file of values that have no comment of their own on the line above, as `name (line)`. */
function undocumented(text: string): readonly string[] {
  const lines = text.split("\n");
  /** Indent of the list whose items are being read: what they hold is one value with the list. */
  let list = Infinity;
  return lines.flatMap((line, index) => {
    list = /^ *(?=- )/.exec(line)?.[0].length ?? list;
    const [, indent = "", name] = /^( *)(\w+):/.exec(line) ?? [];
    if (name === undefined || indent.length > list) return [];
    list = Infinity;
    const above = /^( *)# *\S/.exec(lines[index - 1] ?? "");
    return above?.[1] === indent ? [] : [`${name} (${index + 1})`];
  });
}

test("values.yaml says of every single value what it means, on the line above it", () => {
  const text = readFileSync(join(PROJECT_DIR, "k8s/chart/values.yaml"), "utf8");
  expect(text.match(/^ *\w+:/gm)?.length).toBeGreaterThan(150);
  expect(undocumented(text)).toEqual([]);
});

test("a value without one is found, also when another of its name has one", () => {
  const text =
    "# What takes calls.\nagent:\n  # False: none.\n  enabled: true\n  replicas: 1\nrouter:\n  enabled: false\n";
  expect(undocumented(text)).toEqual(["replicas (5)", "router (6)", "enabled (7)"]);
});
