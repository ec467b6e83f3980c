import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createShortestFirst } from "../../../orchestrator/engines/shortest-first.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("whoever has least left goes first, while it wants to", () => {
  const { mayRun } = createShortestFirst();
  expect(mayRun("one", 1000)).toBe(true);
  expect(mayRun("two", 400)).toBe(true);
  expect(mayRun("one", 800)).toBe(false);
  expect(mayRun("two", 0)).toBe(true);
  vi.advanceTimersByTime(300);
  expect(mayRun("one", 800)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(mayRun("one", 800)).toBe(true);
});

test("of two with as much left either may", () => {
  const { mayRun } = createShortestFirst();
  expect([mayRun("one", 10), mayRun("two", 10), mayRun("one", 10)]).toEqual([true, true, true]);
});
