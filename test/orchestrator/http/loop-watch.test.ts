import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { type LoopWatch, watchLoop } from "../../../orchestrator/http/loop-watch.ts";

function watch(): LoopWatch {
  const loop = watchLoop();
  onTestFinished(() => loop.close());
  return loop;
}

const standStill = (ms: number): void => {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs;);
};

test("a loop that stood still is told of, before and after its next turn, whenever that began", async () => {
  const loop = watch();
  expect(loop.isStalled()).toBe(false);
  standStill(1050);
  expect(loop.isStalled()).toBe(true);
  await wait(150);
  expect(loop.isStalled()).toBe(true);
});

test("what is shorter than a second is none", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const loop = watch();
  vi.advanceTimersByTime(1000);
  const now = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 990);
  expect(loop.isStalled()).toBe(false);
  vi.advanceTimersByTime(50);
  now.mockRestore();
  expect(loop.isStalled()).toBe(false);
});

test("after five seconds it is well again", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const loop = watch();
  vi.advanceTimersByTime(1000);
  expect(loop.isStalled()).toBe(false);
  const now = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 2000);
  expect(loop.isStalled()).toBe(true);
  now.mockRestore();
  vi.advanceTimersByTime(6900);
  expect(loop.isStalled()).toBe(true);
  vi.advanceTimersByTime(500);
  expect(loop.isStalled()).toBe(false);
});
