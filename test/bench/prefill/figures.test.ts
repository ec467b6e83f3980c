import { describe, expect, it } from "vitest";
import type { Asked } from "../../../bench/prefill/converse.ts";
import {
  growthRow,
  isLong,
  latencyRow,
  ratioRow,
  shareRow,
  uncachedRow,
} from "../../../bench/prefill/figures.ts";

function call(count: number, of: (nth: number) => Partial<Asked> = () => ({})): readonly Asked[] {
  return Array.from({ length: count }, (_, nth) => ({
    ttftMs: 50,
    promptTokens: 1000,
    cachedTokens: 960,
    questionTokens: 15,
    ...of(nth),
  }));
}

describe("the figures of an engine", () => {
  it("the ratio is of the medians, and must be above one", () => {
    const cold = [call(3, (nth) => ({ ttftMs: [90, 100, 400][nth] ?? 0 }))];
    expect(ratioRow(cold, [call(3)])).toMatchObject({ measured: "100 ms and 50 ms, 2.0 times", met: true });
    expect(ratioRow([call(3)], cold).met).toBe(false);
  });

  it("a question that is slower than the target misses it", () => {
    expect(latencyRow("x", [call(30)], 51).met).toBe(true);
    expect(latencyRow("x", [call(30)], 50).met).toBe(false);
  });

  it("the share leaves out each call's first question, which nothing could be known of", () => {
    const first = (nth: number) => (nth === 0 ? { cachedTokens: 0 } : {});
    expect(shareRow("x", [call(8, first), call(8, first)])).toMatchObject({ measured: "96.0 %", met: true });
    expect(shareRow("x", [call(8, () => ({ cachedTokens: 940 }))])).toMatchObject({ met: false });
  });

  it("the worst question counts for the tokens that are computed", () => {
    const worst = (tokens: number) => (nth: number) => (nth === 4 ? { cachedTokens: 1000 - tokens } : {});
    expect(uncachedRow("x", [call(8, worst(47))])).toMatchObject({ measured: "32", met: true });
    expect(uncachedRow("x", [call(8, worst(48))])).toMatchObject({ measured: "33", met: false });
  });

  it("late questions against early ones, without the first; a baseline is not judged", () => {
    const growing = [call(30, (nth) => ({ ttftMs: 50 + 2 * nth }))];
    expect(growthRow("x", growing, "judged")).toMatchObject({
      measured: "2.00 ms; 70 ms and 108 ms, 1.54 times",
      met: false,
    });
    expect(growthRow("x", growing, "baseline").met).toBeNull();
    const intervals = { slopeMs: [1.5, 2.5], ratio: [1.4, 1.68] } as const;
    expect(growthRow("x", growing, "stated", intervals)).toMatchObject({
      what: "x: slope; p95 of questions 2–11 and 21–30",
      measured: "2.00 ms [1.50, 2.50]; 70 ms and 108 ms, 1.54 times [1.40, 1.68]",
      met: null,
    });
    expect(
      growthRow("x", [call(30, (nth) => ({ ttftMs: nth === 0 ? 900 : 50 }))], "judged").measured,
    ).toMatch(/50 ms and 50 ms, 1\.00 times$/);
    expect([isLong(growing), isLong([call(8)])]).toEqual([true, false]);
  });
});
