import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROW } from "../../../inference/gate/detector.ts";
import { type Box, toBoxes, toPersonScore, withoutDoubles } from "../../../inference/gate/rows.ts";

const SIZE = { width: 64, height: 32 };
/** 8×4, 4×2 and 2×1 cells. */
const ROWS = 32 + 8 + 2;

describe("toPersonScore", () => {
  it("is the best objectness times person class, other classes left out", () => {
    const rows = new Float32Array(ROWS * ROW);
    put(rows, 3, { objectness: 0.5, classes: { 0: 0.5 } });
    put(rows, 20, { objectness: 0.9, classes: { 0: 0.3, 16: 1 } });
    expect(toPersonScore(rows)).toBeCloseTo(0.27);
  });

  it("is NaN when the model's numbers are", () => {
    const rows = new Float32Array(ROWS * ROW);
    put(rows, 3, { objectness: Number.NaN, classes: { 0: 0.5 } });
    put(rows, 4, { objectness: 1, classes: { 0: 1 } });
    expect(toPersonScore(rows)).toBeNaN();
  });
});

describe("toBoxes", () => {
  it("decodes cell, stride and size into pixels of the picture", () => {
    const rows = new Float32Array(ROWS * ROW);
    // Stride 16, column 2, line 1: row 32 + 1 × 4 + 2.
    put(rows, 38, {
      x: 0.5,
      y: 0.25,
      logWidth: 0,
      logHeight: Math.log(0.5),
      objectness: 0.8,
      classes: { 16: 0.9 },
    });
    const [box, ...rest] = toBoxes(rows, SIZE, { width: 128, height: 64 }, 0.2);
    expect(rest).toEqual([]);
    expect(box?.label).toBe("dog");
    expect(box?.score).toBeCloseTo(0.72);
    expect([box?.x, box?.y, box?.width, box?.height].map((value) => Math.round(value ?? 0))).toEqual([
      64, 32, 32, 16,
    ]);
  });

  it("keeps boxes inside the picture", () => {
    const rows = new Float32Array(ROWS * ROW);
    put(rows, 0, { logWidth: 3, logHeight: 3, objectness: 1, classes: { 0: 1 } });
    expect(toBoxes(rows, SIZE, { width: 64, height: 20 }, 0.2)).toEqual([
      { label: "person", score: 1, x: 0, y: 0, width: expect.any(Number), height: 20 },
    ]);
  });

  it("leaves out what scores too little", () => {
    const rows = new Float32Array(ROWS * ROW);
    put(rows, 0, { objectness: 0.5, classes: { 0: 0.3 } });
    expect(toBoxes(rows, SIZE, SIZE, 0.2)).toEqual([]);
  });
});

describe("withoutDoubles", () => {
  it("keeps the better of two that cover the same, and different things in one place", () => {
    const base = { x: 0, y: 0, width: 10, height: 10 };
    const kept = withoutDoubles([
      { label: "person", score: 0.5, ...base },
      { label: "person", score: 0.9, ...base, width: 11 },
      { label: "tie", score: 0.4, ...base },
      { label: "person", score: 0.3, ...base, x: 30 },
    ]);
    expect(kept.map(({ label, score }) => [label, score])).toEqual([
      ["person", 0.9],
      ["tie", 0.4],
      ["person", 0.3],
    ]);
  });

  it("is idempotent, sorted, and takes from what it was given", () => {
    fc.assert(
      fc.property(fc.array(boxes(), { maxLength: 40 }), (given) => {
        const once = withoutDoubles(given);
        expect(withoutDoubles(once)).toEqual(once);
        expect(once.every((box) => given.includes(box))).toBe(true);
        expect(once.every((box, index) => index === 0 || (once[index - 1]?.score ?? 0) >= box.score)).toBe(
          true,
        );
      }),
    );
  });
});

function boxes(): fc.Arbitrary<Box> {
  const length = fc.integer({ min: 1, max: 40 });
  return fc.record({
    label: fc.constantFrom("person", "dog"),
    score: fc.double({ min: 0.2, max: 1, noNaN: true }),
    x: length,
    y: length,
    width: length,
    height: length,
  });
}

interface Row {
  readonly x?: number;
  readonly y?: number;
  readonly logWidth?: number;
  readonly logHeight?: number;
  readonly objectness: number;
  readonly classes: Readonly<Record<number, number>>;
}

function put(rows: Float32Array, index: number, row: Row): void {
  rows.set([row.x ?? 0.5, row.y ?? 0.5, row.logWidth ?? 0, row.logHeight ?? 0, row.objectness], index * ROW);
  for (const [label, likelihood] of Object.entries(row.classes))
    rows[index * ROW + 5 + Number(label)] = likelihood;
}
