import { describe, expect, it } from "vitest";
import { rowsOf } from "../../bench/engine-prefill.ts";
import type { Calls } from "../../bench/prefill/real-engine.ts";

const figures = (ttftMs: number, questions = 30, calls = 1): Calls =>
  Array.from({ length: calls }, () =>
    Array.from({ length: questions }, () => ({
      ttftMs,
      promptTokens: 1000,
      cachedTokens: 970,
      questionTokens: 15,
    })),
  );

describe("the rows of a real engine", () => {
  const rows = rowsOf(
    [
      ["prefilled", figures(40)],
      ["cold", figures(150)],
      ["history everything", figures(70)],
      ["8 calls at once", figures(60, 30, 8)],
    ],
    80,
  );

  it("hold every promise of the simulated one against it, alone and among eight calls", () => {
    expect(rows.filter(({ met }) => met !== null).map(({ what, target }) => `${what}: ${target}`)).toEqual([
      "first event of a picture question, cold against prefilled, p50: > 1 times",
      "prefilled: first event, p95: < 80 ms",
      "prefill missed: first event, p95: < 450 ms",
      "prefilled: uncached tokens beyond the question's own, most: ≤ 32",
      "prefilled: prompt tokens from the prefix cache, from the second question on: ≥ 95 %",
      "prefilled: slope; p95 of questions 2–11 and 21–30: ≤ 1 ms a question; ≤ 1.1 times",
      "8 calls at once: slope; p95 of questions 2–11 and 21–30: ≤ 1 ms a question; ≤ 1.1 times",
    ]);
  });

  it("state the baselines' growth beside ours", () => {
    expect(rows.map(({ what }) => what)).toContain(
      "baseline: history everything: slope; p95 of questions 2–11 and 21–30",
    );
  });

  it("have no growth where there are too few questions for it", () => {
    const short = rowsOf(
      [
        ["prefilled", figures(40, 8)],
        ["cold", figures(90, 8)],
      ],
      80,
    );
    expect(short.some(({ what }) => what.includes("21–30"))).toBe(false);
  });
});
