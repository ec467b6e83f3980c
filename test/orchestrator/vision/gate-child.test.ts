import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../../orchestrator/turn/turn.ts";
import { createGateChild, type GateChildOptions } from "../../../orchestrator/vision/gate-child.ts";
import type { GateConnection } from "../../../orchestrator/vision/gate-client.ts";
import { GATE_LIMITS } from "../../../orchestrator/vision/gate-limits.ts";
import { busyFrame } from "./pictures.ts";

const FIXTURE = fileURLToPath(new URL("gate-fixture.ts", import.meta.url));
const never = new AbortController().signal;
// A child on a shared machine may take longer for its first answer than a stream allows.
const limits = {
  ...GATE_LIMITS,
  answerMs: { photo: 1500, stream: 400 },
  stuckMs: { photo: 3000, stream: 500 },
};
const quick = { limits, backoffMs: [10, 20, 40], stderr: "ignore" } as const;

let folder: string;
let connections: GateConnection[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gate-"));
});
afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  connections = [];
  rmSync(folder, { recursive: true });
});

const startGate = (
  mode: string,
  laterMode?: string,
  options: Partial<GateChildOptions> = {},
): GateConnection => {
  const later = laterMode === undefined ? [] : [laterMode];
  const command = [process.execPath, FIXTURE, join(folder, "starts"), mode, ...later] as const;
  const connection = createGateChild({ command, ...quick, ...options });
  connections.push(connection);
  return connection;
};
const pids = (): readonly number[] => {
  try {
    return readFileSync(join(folder, "starts"), "utf8").trim().split("\n").map(Number);
  } catch {
    return [];
  }
};
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const judgePhoto = async ({ gate }: GateConnection): Promise<Verdict> => gate(await busyFrame(), never);
const judgeCamera = async ({ gate }: GateConnection): Promise<Verdict> =>
  gate(await busyFrame({ source: "camera" }), never);

/** Judges until it is clear; every verdict before that must be unknown. */
async function untilClear(connection: GateConnection): Promise<readonly Verdict[]> {
  const others: Verdict[] = [];
  const isClear = async (): Promise<boolean> => {
    const verdict = await judgeCamera(connection);
    if (verdict.value !== "clear") others.push(verdict);
    return verdict.value === "clear";
  };
  await expect.poll(isClear, { interval: 10, timeout: 8000 }).toBe(true);
  for (const verdict of others) expect(verdict).toMatchObject({ value: "unknown", score: null });
  return others;
}

describe("a child that is well", () => {
  it("is waited for by the first photo, and judges", async () => {
    const connection = startGate("well");
    expect(await judgePhoto(connection)).toMatchObject({ value: "clear", model: String(pids()[0]) });
    expect(await connection.ready(never)).toBe(true);
    expect(pids()).toHaveLength(1);
  });

  it("is not waited for by a stream", async () => {
    const connection = startGate("well");
    expect(await judgeCamera(connection)).toMatchObject({ value: "unknown", reason: "gate-unreachable" });
    expect(await connection.ready(never)).toBe(true);
    expect(await judgeCamera(connection)).toMatchObject({ value: "clear" });
  });

  it("is not blamed for a stall of ours: an answer that is there comes before the limit", async () => {
    const connection = startGate("well");
    expect(await connection.ready(never)).toBe(true);
    const frame = await busyFrame({ source: "camera" });
    const verdict = connection.forStream()(frame, never);
    // The question is on its way, whatever else the machine does.
    await delay(20);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    expect(await verdict).toMatchObject({ value: "clear" });
    expect(pids()).toHaveLength(1);
  });

  it("may print as much as it likes", async () => {
    const connection = startGate("chatty");
    expect(await connection.ready(never)).toBe(true);
    await untilClear(connection);
    expect(pids()).toHaveLength(1);
  });

  it("may pass over frames for newer ones", async () => {
    const connection = startGate("supersedes");
    expect(await judgePhoto(connection)).toMatchObject({ value: "clear" });
    for (let count = 0; count < 4; count++) {
      expect(await judgeCamera(connection)).toMatchObject({ value: "unknown", reason: "superseded" });
    }
    expect(await judgeCamera(connection)).toMatchObject({ value: "clear", model: String(pids()[0]) });
  });

  it("without weights says so, is believed and left alone", async () => {
    const connection = startGate("no-weights");
    expect(await connection.ready(never)).toBe(false);
    for (let count = 0; count < 4; count++) {
      expect(await judgePhoto(connection)).toMatchObject({ value: "unknown", reason: "gate-unready" });
    }
    expect(pids()).toHaveLength(1);
  });
});

describe("a child that fails", () => {
  it.each([
    ["crashes", "gate-unreachable"],
    ["hangs", "gate-timeout"],
  ])("%s: unknown meanwhile, then another one judges", async (mode, reason) => {
    const connection = startGate(mode, "well");
    expect(await connection.ready(never)).toBe(true);
    expect(await judgeCamera(connection)).toMatchObject({ value: "unknown", reason });
    await untilClear(connection);
    expect(pids()).toHaveLength(2);
    expect(isAlive(pids()[0]!)).toBe(false);
  });

  it("talks nonsense three times: is replaced", async () => {
    const connection = startGate("garbage", "well");
    expect(await judgePhoto(connection)).toMatchObject({ value: "unknown", reason: "gate-garbage" });
    await untilClear(connection);
    expect(pids()).toHaveLength(2);
  });

  it("could judge and no longer can: is replaced", async () => {
    const connection = startGate("breaks", "well");
    expect(await judgePhoto(connection)).toMatchObject({ value: "clear" });
    expect(await judgePhoto(connection)).toMatchObject({ value: "unknown", reason: "gate-unready" });
    await untilClear(connection);
    expect(pids()).toHaveLength(2);
  });

  it.each(["exit", "other-line"])("does not start (%s): is started again", async (mode) => {
    const connection = startGate(mode, "well");
    expect(await judgePhoto(connection)).toMatchObject({ value: "clear" });
    expect(pids()).toHaveLength(2);
  });

  it("never starts: the first photo waits no longer than the limit, later ones not at all", async () => {
    const connection = startGate("starts-forever", undefined, { limits: { ...limits, readyMs: 150 } });
    expect(await judgePhoto(connection)).toMatchObject({ value: "unknown", score: null });
    const mute = startGate("mute", undefined, { limits: { ...limits, readyMs: 150 } });
    const start = performance.now();
    expect(await judgePhoto(mute)).toMatchObject({ value: "unknown", reason: "gate-unreachable" });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(await judgePhoto(mute)).toMatchObject({ value: "unknown", reason: "gate-unreachable" });
    expect(await mute.ready(AbortSignal.timeout(10))).toBe(false);
  });

  it("is a program that does not exist", async () => {
    const connection = createGateChild({
      command: ["/nowhere/gate"],
      ...quick,
      limits: { ...limits, readyMs: 60 },
    });
    connections.push(connection);
    expect(await judgePhoto(connection)).toMatchObject({ value: "unknown", reason: "gate-unreachable" });
    expect(await connection.ready(never)).toBe(false);
  });

  it("is started again more and more slowly", async () => {
    startGate("exit", "exit", { backoffMs: [1, 1, 60_000] });
    await expect.poll(() => pids().length, { interval: 10, timeout: 8000 }).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(pids()).toHaveLength(3);
  });

  it("is forgiven once it has been well for a while", async () => {
    const connection = startGate("crashes", "crashes", { backoffMs: [1, 60_000], wellAfterMs: 1 });
    for (let count = 1; count <= 3; count++) {
      await expect.poll(() => pids().length, { interval: 10, timeout: 8000 }).toBe(count);
      expect(await connection.ready(never)).toBe(true);
      expect((await judgeCamera(connection)).value).toBe("unknown");
    }
  });
});

describe("the end", () => {
  const resources = (): number =>
    process.getActiveResourcesInfo().filter((name) => /Process|Pipe|TCP/.test(name)).length;

  it.each(["well", "mute", "ignores-end", "crashes"])("leaves nothing behind (%s)", async (mode) => {
    const before = resources();
    const connection = startGate(mode);
    await expect.poll(() => pids().length, { interval: 5, timeout: 8000 }).toBe(1);
    if (mode === "well") await judgePhoto(connection);
    const start = performance.now();
    await connection.close();
    expect(performance.now() - start).toBeLessThan(1000);
    expect(isAlive(pids()[0]!)).toBe(false);
    await expect.poll(resources, { interval: 5, timeout: 8000 }).toBeLessThanOrEqual(before);
    expect(await judgePhoto(connection)).toMatchObject({ value: "unknown", reason: "gate-unreachable" });
    expect(await connection.ready(never)).toBe(false);
    await connection.close();
    expect(pids()).toHaveLength(1);
  });

  it("in the very moment of the start", async () => {
    const before = resources();
    const connection = startGate("well");
    await connection.close();
    await expect.poll(resources, { interval: 5, timeout: 8000 }).toBeLessThanOrEqual(before);
  });

  it("comes for the child when its parent is killed", async () => {
    const module = fileURLToPath(new URL("../../../orchestrator/vision/gate-child.ts", import.meta.url));
    const command = JSON.stringify([process.execPath, FIXTURE, join(folder, "starts"), "well"]);
    const script = `import(${JSON.stringify(module)}).then(async ({ createGateChild }) => {
      await createGateChild({ command: ${command} }).ready(new AbortController().signal);
      console.log("ready");
    })`;
    const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
    await new Promise((resolve) => parent.stdout.once("data", resolve));
    const [pid] = pids();
    expect(isAlive(pid!)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid!), { interval: 10, timeout: 2000 }).toBe(false);
  });
});
