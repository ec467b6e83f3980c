import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const FILE = join(import.meta.dirname, "benchmark/lasting.ts");

test.each([
  ["met", 0],
  ["missed", 1],
])("a benchmark whose target is %s ends once it is printed, whatever it left running", (how, status) => {
  const ended = spawnSync(process.execPath, [FILE, how], { encoding: "utf8", timeout: 10_000 });
  expect(ended.status).toBe(status);
  expect(ended.stdout).toMatch(/^## Lasting$/m);
});
