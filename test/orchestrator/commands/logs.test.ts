import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logs } from "../../../orchestrator/commands/logs.ts";
import { type RunOptions, runCommand } from "../../standins/command.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

const run = (args: readonly string[], options: RunOptions = {}) =>
  runCommand(logs, args, { ...options, env: { DATA_DIR: folder.path } });

function put(name: string, ...lines: readonly string[]): void {
  mkdirSync(join(folder.path, "up", "logs"), { recursive: true });
  folder.put(`up/logs/${name}.log`, lines.map((line) => `${line}\n`).join(""));
}

test("the last fifty lines of each part, under its name", async () => {
  put("agent", ...Array.from({ length: 60 }, (_, at) => `line ${at}`));
  put("gate", "ready");
  const { code, stdout } = await run([]);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect([lines.length, lines[0], lines.at(-2), lines.at(-1)]).toEqual([
    51,
    "agent | line 10",
    "agent | line 59",
    "gate | ready",
  ]);
  expect((await run(["gate"])).stdout).toBe("gate | ready\n");
});

test("a part without a log, and nothing that was ever up", async () => {
  expect(await run(["agnt"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('logs: got "agnt"; expected none: nothing was up'),
  });
  put("agent");
  expect(await run(["agnt"])).toMatchObject({ code: 2, stderr: expect.stringContaining("expected agent") });
  expect(await run([])).toMatchObject({ code: 0, stdout: "" });
});

test("--follow goes on with what is added, until it is stopped", async () => {
  put("agent", "before");
  const stopping = new AbortController();
  const { code, stdout } = await run(["--follow"], {
    signal: stopping.signal,
    onStdout(soFar) {
      if (soFar === "agent | before\n")
        setTimeout(() => appendFileSync(join(folder.path, "up/logs/agent.log"), "one\ntwo\n"), 50);
      if (soFar.endsWith("two\n")) stopping.abort();
    },
  });
  expect(code).toBe(0);
  expect(stdout).toBe("agent | before\nagent | one\nagent | two\n");
});
