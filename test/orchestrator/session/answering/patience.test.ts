import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPatience } from "../../../../orchestrator/session/answering/patience.ts";
import { liveOf } from "./live.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function start(speaking: () => boolean = () => false) {
  const said: string[] = [];
  const patience = createPatience({
    speaking,
    onThinking: () => said.push("thinking"),
    onLate: () => said.push("late"),
  });
  return { said, patience };
}

test("work that goes on is told after a second and a half, and ended 7.5 s after the question", () => {
  const { said, patience } = start();
  const { live } = liveOf({ endedAtMs: performance.now() - 500 });
  patience.begin(live);
  vi.advanceTimersByTime(1490);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(5500);
  expect(said).toEqual(["thinking"]);
  vi.advanceTimersByTime(20);
  expect(said).toEqual(["thinking", "late"]);
});

test("a promised answer is waited for from the end of the word that it comes now", () => {
  const { said, patience } = start();
  const now = performance.now();
  patience.begin(liveOf({ again: true, endedAtMs: now - 9000, committedAtMs: now, readOnly: true }).live);
  vi.advanceTimersByTime(7490);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(said).toEqual(["late"]);
});

test("an answer that sounds, or is over, is not late", () => {
  const { said, patience } = start();
  for (const live of [{ startedAtMs: 1 }, { over: true }]) {
    patience.begin(liveOf({ ...live, readOnly: true }).live);
    vi.advanceTimersByTime(9000);
  }
  patience.begin(liveOf().live);
  patience.end();
  vi.advanceTimersByTime(9000);
  expect(said).toEqual([]);
});

test("nobody is told that an answer is late while they speak; a notice is never late", () => {
  let speaking = true;
  const { said, patience } = start(() => speaking);
  patience.begin(liveOf({ readOnly: true }).live);
  vi.advanceTimersByTime(9000);
  expect(said).toEqual([]);
  speaking = false;
  vi.advanceTimersByTime(300);
  expect(said).toEqual(["late"]);
  patience.begin(liveOf({ kind: "notice", readOnly: true }).live);
  vi.advanceTimersByTime(9000);
  expect(said).toEqual(["late"]);
});
