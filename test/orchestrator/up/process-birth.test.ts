import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { birthOf, isStill, signalIfStill } from "../../../orchestrator/up/process-birth.ts";

test("a process is itself until it has ended", async () => {
  const child = spawn("sleep", ["60"]);
  const known = { pid: child.pid ?? 0, birth: birthOf(child.pid ?? 0) ?? "" };
  expect(isStill(known)).toBe(true);
  expect(signalIfStill(known, "SIGTERM")).toBe(true);
  await once(child, "exit");
  expect(isStill(known)).toBe(false);
  expect(signalIfStill(known, "SIGTERM")).toBe(false);
});

test("another process that has got its id is let alone", async () => {
  const child = spawn("sleep", ["60"]);
  const { pid = 0 } = child;
  const stale = { pid, birth: (birthOf(pid) ?? "").replace(/\d+$/, "1") };
  expect(signalIfStill(stale, "SIGKILL")).toBe(false);
  await wait(50);
  expect(child.exitCode).toBeNull();
  child.kill("SIGKILL");
  await once(child, "exit");
});

test("no process: no birth", () => {
  expect(birthOf(2 ** 22 - 1)).toBeUndefined();
});
