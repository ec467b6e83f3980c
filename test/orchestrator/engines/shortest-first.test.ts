import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createShortestFirst } from "../../../orchestrator/engines/shortest-first.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

test("whoever has least left goes first, while it wants to", () => {
  const order = createShortestFirst();
  expect(order.mayRun("one", 1000)).toBe(true);
  expect(order.mayRun("two", 400)).toBe(true);
  expect(order.mayRun("one", 800)).toBe(false);
  expect(order.mayRun("two", 0)).toBe(true);
  vi.advanceTimersByTime(300);
  expect(order.mayRun("one", 800)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(order.mayRun("one", 800)).toBe(true);
});

test("of two with as much left either may", () => {
  const order = createShortestFirst();
  expect([order.mayRun("one", 10), order.mayRun("two", 10), order.mayRun("one", 10)]).toEqual([
    true,
    true,
    true,
  ]);
});
