import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReadiness } from "../../../orchestrator/session/readiness.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(hasEar: boolean) {
  let ready = 0;
  const readiness = createReadiness({ hasEar, onReady: () => void (ready += 1) });
  return { readiness, ready: () => ready };
}

test("a call that can hear is ready with the first sound of its caller, once", () => {
  const { readiness, ready } = start(true);
  readiness.onOpen();
  expect(ready()).toBe(0);
  readiness.onSound();
  readiness.onSound();
  vi.advanceTimersByTime(5000);
  expect(ready()).toBe(1);
});

test("a caller without a microphone is not kept waiting", () => {
  const { readiness, ready } = start(true);
  readiness.onOpen();
  vi.advanceTimersByTime(1000);
  expect(ready()).toBe(1);
});

test("a call that cannot hear is ready at once, and one that is over never", () => {
  const deaf = start(false);
  deaf.readiness.onOpen();
  expect(deaf.ready()).toBe(1);
  const over = start(true);
  over.readiness.onOpen();
  over.readiness.close();
  over.readiness.onSound();
  vi.advanceTimersByTime(5000);
  expect(over.ready()).toBe(0);
});
