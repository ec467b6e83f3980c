import fc from "fast-check";
import { expect, test } from "vitest";
import { createSlope } from "../../../../orchestrator/session/answering/slope.ts";

const slopeOf = (values: readonly number[]): number | null => {
  const slope = createSlope();
  for (const value of values) slope.add(value);
  return slope.perQuestion();
};

test.each([
  ["too few to tell", [100, 200], null],
  ["steady", [100, 100, 100, 100], 0],
  ["20 ms more at each question", [100, 120, 140, 160], 20],
  ["up and down", [100, 120, 100], 0],
  [
    "only the last ten count",
    [...Array.from({ length: 20 }, (_, at) => 1000 - 50 * at), ...Array(10).fill(7)],
    0,
  ],
])("%s", (_, values, expected) => {
  expect(slopeOf(values)).toBe(expected);
});

test("what is added to all changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 3, maxLength: 10 }),
      fc.nat(1000),
      (values, more) => {
        expect(slopeOf(values.map((value) => value + more))).toBeCloseTo(slopeOf(values)!, 6);
      },
    ),
  );
});
