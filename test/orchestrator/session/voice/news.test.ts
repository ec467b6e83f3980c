import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createNews, type News } from "../../../../orchestrator/session/voice/news.ts";

let news: News;
let said: string[];
let idle: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  idle = true;
  news = createNews({ isIdle: () => idle, say: (key) => said.push(key), now: () => performance.now() });
});
afterEach(() => {
  news.close();
  vi.useRealTimers();
});

test("a change is told at once in a quiet moment, and once", () => {
  news.set("hearing", false);
  news.set("hearing", false);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual(["cannot-hear"]);
});

test("what changes while somebody speaks is told when they have stopped", () => {
  idle = false;
  news.set("hearing", false);
  vi.advanceTimersByTime(5000);
  expect(said).toEqual([]);
  idle = true;
  vi.advanceTimersByTime(100);
  expect(said).toEqual(["cannot-hear"]);
});

test("what has changed back before it could be told is not told", () => {
  idle = false;
  news.set("screen", true);
  news.set("screen", false);
  idle = true;
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
});

test("what comes and goes is told that it is well again at once, and that it is not every 30 s at most", () => {
  news.set("hearing", false);
  news.set("hearing", true);
  news.set("hearing", false);
  vi.advanceTimersByTime(29_000);
  expect(said).toEqual(["cannot-hear", "hearing-again"]);
  vi.advanceTimersByTime(1100);
  expect(said).toEqual(["cannot-hear", "hearing-again", "cannot-hear"]);
});

test("two things are told one after the other, each when it is quiet", () => {
  idle = false;
  news.set("screen", true);
  news.set("hearing", false);
  idle = true;
  vi.advanceTimersByTime(100);
  idle = false;
  vi.advanceTimersByTime(2000);
  expect(said).toHaveLength(1);
  idle = true;
  vi.advanceTimersByTime(100);
  expect([...said].sort()).toEqual(["cannot-hear", "screen-shared"]);
});

test("nothing is told after the end", () => {
  idle = false;
  news.set("screen", true);
  news.close();
  idle = true;
  vi.advanceTimersByTime(1000);
  expect(said).toEqual([]);
});
