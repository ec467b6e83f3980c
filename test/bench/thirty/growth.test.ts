import { expect, test } from "vitest";
import { growthOf, intervalsOf } from "../../../bench/thirty/growth.ts";

const call = (toMs: (nth: number) => number): readonly number[] =>
  Array.from({ length: 30 }, (_, nth) => toMs(nth));

test("a call that waits two milliseconds more with each question is seen to", () => {
  const growth = growthOf([call((nth) => 100 + 2 * nth), call((nth) => 120 + 2 * nth)]);
  expect(growth.slopeMs).toBeCloseTo(2);
  expect([growth.earlyP95Ms, growth.lateP95Ms]).toEqual([138, 176]);
  expect(growth.ratio).toBeCloseTo(176 / 138);
});

test("the bounds lie about what was measured, and wider where the calls differ", () => {
  const alike = intervalsOf([call((nth) => 100 + nth), call((nth) => 100 + nth)]);
  expect(alike.slopeMs).toEqual([1, 1]);
  const { slopeMs, ratio } = intervalsOf([0, 1, 2, 3].map((slope) => call((nth) => 100 + slope * nth)));
  expect(slopeMs[0]).toBeLessThan(1.5);
  expect(slopeMs[1]).toBeGreaterThan(1.5);
  expect(ratio[0]).toBeLessThan(ratio[1]);
});
