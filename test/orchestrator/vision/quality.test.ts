import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTooBadToJudge, measureQuality } from "../../../orchestrator/vision/quality.ts";

const WIDTH = 160;
const HEIGHT = 100;

describe("measureQuality", () => {
  it("measures mean and deviation of an even and of a striped picture", () => {
    expect(measure(() => 90)).toMatchObject({ mean: 90, deviation: 0, sharpness: 0, hint: "covered" });
    const striped = measure((x) => (x % 2 === 0 ? 50 : 150));
    expect(striped.mean).toBeCloseTo(100, 0);
    expect(striped.deviation).toBeCloseTo(50, 0);
  });

  it("finds a good picture good", () => {
    expect(measure(scene)).toMatchObject({ hint: null });
    expect(isTooBadToJudge(measure(scene))).toBe(false);
  });

  it.each([
    ["too-dark", (x: number, y: number) => scene(x, y) * 0.1],
    ["too-bright", (x: number, y: number) => Math.min(255, scene(x, y) + 240)],
    ["covered", (x: number, y: number) => 60 + scene(x, y) * 0.05],
    ["blurred", blurred((dx, dy) => Math.exp(-(dx * dx + dy * dy) / 32))],
    ["blurred", blurred((_dx, dy) => (dy === 0 ? 1 : 0))],
    ["blurred", blurred((dx) => (dx === 0 ? 1 : 0))],
  ] as const)("says %s, and takes no verdict from it", (hint, paint) => {
    const quality = measure(paint);
    expect(quality.hint).toBe(hint);
    expect(isTooBadToJudge(quality)).toBe(true);
  });

  it("does not take little contrast or dusk for blur", () => {
    expect(measure((x, y) => 90 + scene(x, y) * 0.3).hint).toBe(null);
    expect(measure((x, y) => scene(x, y) * 0.25).hint).toBe(null);
  });

  it("falls with every step of blur", () => {
    const sharpness = [0.5, 1, 2, 4].map(
      (sigma) => measure(blurred((dx, dy) => Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)))).sharpness,
    );
    expect([...sharpness].sort((a, b) => b - a)).toEqual(sharpness);
  });

  it("gives finite numbers for any picture of any size", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.nat(255)),
        (width, height, values) => {
          const luma = Uint8Array.from({ length: width * height }, () => values.next().value as number);
          const { sharpness, mean, deviation } = measureQuality(luma, width, height);
          expect([sharpness, mean, deviation].every((value) => Number.isFinite(value) && value >= 0)).toBe(
            true,
          );
          expect(mean).toBeLessThanOrEqual(255);
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Boxes of many sizes and shades, with edges in every direction. */
function scene(x: number, y: number): number {
  const box = (Math.floor(x / 23) * 7 + Math.floor(y / 17) * 13) % 11;
  const disc = Math.hypot((x % 61) - 30, (y % 61) - 30) < 18 ? 50 : 0;
  return box * 15 + disc;
}

type Paint = (x: number, y: number) => number;

function blurred(weigh: (dx: number, dy: number) => number): Paint {
  const taps: [number, number, number][] = [];
  for (let dy = -10; dy <= 10; dy++)
    for (let dx = -10; dx <= 10; dx++) if (weigh(dx, dy) > 1e-3) taps.push([dx, dy, weigh(dx, dy)]);
  const total = taps.reduce((sum, [, , weight]) => sum + weight, 0);
  return (x, y) =>
    taps.reduce((sum, [dx, dy, weight]) => sum + weight * scene(x + dx + 61, y + dy + 61), 0) / total;
}

function measure(paint: Paint): ReturnType<typeof measureQuality> {
  const luma = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) =>
    Math.round(paint(at % WIDTH, Math.floor(at / WIDTH))),
  );
  return measureQuality(luma, WIDTH, HEIGHT);
}
