import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createDeadlines } from "../../../orchestrator/lib/deadline.ts";

const create = (...parents: readonly AbortSignal[]) =>
  createDeadlines<"short" | "long">(parents, (name) => new Error(name));

describe("deadlines", () => {
  it("abort with the reason of the first that passes, once", async () => {
    const deadlines = create();
    deadlines.start("long", 15);
    deadlines.start("short", 5);
    await wait(20);
    expect(deadlines.signal.reason).toEqual(new Error("short"));
    expect(deadlines.isRunning("long")).toBe(false);
  });

  it("do nothing once stopped, ended, or put off", async () => {
    const stopped = create();
    stopped.start("short", 5);
    stopped.stop("short");
    const ended = create();
    ended.start("short", 5);
    ended.end();
    const putOff = create();
    putOff.start("short", 5);
    putOff.start("short", 1000);
    await wait(15);
    expect([stopped, ended, putOff].map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    putOff.end();
  });

  it("hand on a parent's reason at once, and the first one wins", async () => {
    const first = new AbortController();
    const second = new AbortController();
    const deadlines = create(first.signal, second.signal);
    deadlines.start("short", 5);
    second.abort("barge-in");
    first.abort("shutdown");
    await wait(10);
    expect(deadlines.signal.reason).toBe("barge-in");
  });

  it("start aborted when a parent is", () => {
    const deadlines = create(new AbortController().signal, AbortSignal.abort("shutdown"));
    deadlines.start("short", 5);
    expect(deadlines.signal.reason).toBe("shutdown");
    expect(deadlines.isRunning("short")).toBe(false);
  });

  it("say how much time is left", () => {
    const deadlines = create();
    expect(deadlines.leftMs("long")).toBe(Infinity);
    deadlines.start("long", 1000);
    expect(deadlines.leftMs("long")).toBeGreaterThan(900);
    expect(deadlines.leftMs("long")).toBeLessThanOrEqual(1000);
    deadlines.end();
  });

  it("let what has arrived during a stall of the process be read first", async () => {
    const deadlines = create();
    deadlines.start("short", 5);
    setImmediate(() => deadlines.stop("short"));
    const until = performance.now() + 10;
    while (performance.now() < until);
    await wait(10);
    expect(deadlines.signal.aborted).toBe(false);
  });

  it("leave no timer behind", async () => {
    const before = timers();
    const deadlines = create();
    deadlines.start("short", 5);
    deadlines.start("long", 10_000);
    await wait(15);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
