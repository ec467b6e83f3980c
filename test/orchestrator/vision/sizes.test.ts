import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitDetailed, fitKept, fitLongSide } from "../../../orchestrator/vision/sizes.ts";

const side = fc.integer({ min: 1, max: 9000 });
const size = fc
  .record({ width: side, height: side })
  .filter(({ width, height }) => Math.max(width, height) <= 200 * Math.min(width, height));

describe("sizes", () => {
  it.each([
    [1280, 720, 1008, 560],
    [1920, 1080, 1008, 560],
    [720, 1280, 560, 1008],
    [1024, 768, 896, 672],
    [640, 480, 616, 476],
    [28, 28, 28, 28],
    [55, 29, 28, 28],
    [27, 600, 27, 600],
  ])("the local engine's picture of %i×%i is %i×%i", (width, height, detailedWidth, detailedHeight) => {
    expect(fitDetailed({ width, height })).toEqual({ width: detailedWidth, height: detailedHeight });
  });

  it("the local engine's picture is aligned, within its tokens, and never enlarged", () => {
    fc.assert(
      fc.property(size, (source) => {
        const { width, height } = fitDetailed(source);
        expect(width).toBeLessThanOrEqual(source.width);
        expect(height).toBeLessThanOrEqual(source.height);
        if (Math.min(source.width, source.height) < 28) return;
        expect([width % 28, height % 28]).toEqual([0, 0]);
        expect(width * height).toBeLessThanOrEqual(602_112);
        const scale = Math.min(1, Math.sqrt(602_112 / (source.width * source.height)));
        expect(source.width * scale - width).toBeLessThan(28);
        expect(source.height * scale - height).toBeLessThan(28);
      }),
      { numRuns: 1000 },
    );
  });

  it("is the same of the kept pixels as of the whole capture", () => {
    fc.assert(
      fc.property(size, (source) => {
        expect(fitDetailed(fitKept(source))).toEqual(fitDetailed(source));
      }),
    );
  });

  it("the gated picture keeps its shape and is never enlarged", () => {
    fc.assert(
      fc.property(size, (source) => {
        const { width, height } = fitLongSide(source, 640);
        expect(Math.max(width, height)).toBe(Math.min(640, Math.max(source.width, source.height)));
        const scale = Math.max(width, height) / Math.max(source.width, source.height);
        expect(Math.abs(width - source.width * scale)).toBeLessThanOrEqual(0.5 + 1e-9);
        expect(Math.abs(height - source.height * scale)).toBeLessThanOrEqual(0.5 + 1e-9);
      }),
    );
  });
});
