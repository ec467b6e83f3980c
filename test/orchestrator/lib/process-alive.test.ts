import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isAlive } from "../../../orchestrator/lib/process-alive.ts";

test("a process lives until it has ended", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(child, "spawn");
  expect(isAlive(child.pid!)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isAlive(child.pid!)).toBe(false);
});

test("one that belongs to another user lives too", () => {
  expect(isAlive(1)).toBe(true);
});
