import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { letterbox, toInputSize, toScale } from "../../../inference/gate/letterbox.ts";
import type { Picture } from "../../../inference/gate/picture.ts";

describe("toInputSize", () => {
  it.each([
    [1280, 720, 640, 640, 384],
    [640, 480, 640, 640, 480],
    [480, 640, 640, 480, 640],
    [1920, 1080, 416, 416, 256],
    [500, 500, 416, 416, 416],
    [2000, 10, 640, 640, 32],
    [1, 1, 640, 640, 640],
  ])("%i×%i at %i is %i×%i", (width, height, longSide, inputWidth, inputHeight) => {
    expect(toInputSize(width, height, longSide)).toEqual({ width: inputWidth, height: inputHeight });
  });

  it("is a multiple of 32 that the scaled picture fits into", () => {
    fc.assert(
      fc.property(side(), side(), fc.constantFrom(320, 416, 512, 576, 640), (width, height, longSide) => {
        const size = toInputSize(width, height, longSide);
        const scale = toScale({ width, height }, size);
        expect((size.width % 32) + (size.height % 32)).toBe(0);
        expect(Math.floor(width * scale + 1e-9)).toBeLessThanOrEqual(size.width);
        expect(Math.floor(height * scale + 1e-9)).toBeLessThanOrEqual(size.height);
        expect(Math.max(size.width, size.height)).toBe(longSide);
      }),
    );
  });
});

describe("letterbox", () => {
  it("copies a picture that fits: planes B, G, R, top left, grey below", () => {
    const picture = paint(32, 20, (x, y) => [x, y, 100 + x]);
    const into = fill(picture, { width: 32, height: 32 });
    expect(at(into, 5, 7)).toEqual([105, 7, 5]);
    expect(at(into, 31, 19)).toEqual([131, 19, 31]);
    expect(at(into, 0, 20)).toEqual([114, 114, 114]);
    expect(at(into, 31, 31)).toEqual([114, 114, 114]);
  });

  it("resizes like OpenCV's INTER_LINEAR", () => {
    // cv2.resize(np.arange(0, 160, 10, np.uint8).reshape(4, 4), (8, 8)), its rows 0, 1 and 7.
    const picture = paint(4, 4, (x, y) => [10 * (4 * y + x), 0, 0]);
    const into = new Float32Array(3 * 32 * 32);
    letterbox(picture, { width: 32, height: 32 }, into);
    const larger = fill(
      paint(4, 4, (x, y) => [10 * (4 * y + x), 0, 0]),
      { width: 32, height: 32 },
    );
    expect(Array.from(larger)).toEqual(Array.from(into));
    const red = (x: number, y: number): number => at(into, x, y)[2] ?? Number.NaN;
    // Half-pixel centres at a factor of 8: source x = (target + 0.5) / 8 - 0.5, clamped at the edges.
    expect(red(0, 0)).toBe(0);
    expect(red(3, 3)).toBe(0);
    expect(red(4, 3)).toBe(1);
    expect(red(12, 0)).toBe(11);
    expect(red(31, 31)).toBe(150);
    expect(red(12, 12)).toBe(Math.floor(10 * 1.0625 + 40 * 1.0625 + 0.5));
  });

  it("keeps every value between 0 and 255 and whole, and overwrites what was there before", () => {
    fc.assert(
      fc.property(side(80), side(80), fc.integer(), (width, height, seed) => {
        const picture = paint(width, height, (x, y) => [(x * 7 + seed) & 255, (y * 13) & 255, (x * y) & 255]);
        const size = toInputSize(width, height, 64);
        const into = new Float32Array(3 * size.width * size.height).fill(Number.NaN);
        letterbox(picture, size, into);
        expect(into.every((value) => value >= 0 && value <= 255 && Number.isInteger(value))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves an even colour even at any size", () => {
    fc.assert(
      fc.property(side(100), side(100), (width, height) => {
        const picture = paint(width, height, () => [200, 30, 90]);
        const size = toInputSize(width, height, 96);
        const into = fill(picture, size);
        const scale = toScale(picture, size);
        const right = Math.max(1, Math.floor(width * scale + 1e-9)) - 1;
        const bottom = Math.max(1, Math.floor(height * scale + 1e-9)) - 1;
        expect(at(into, 0, 0, size)).toEqual([90, 30, 200]);
        expect(at(into, right, bottom, size)).toEqual([90, 30, 200]);
      }),
      { numRuns: 50 },
    );
  });
});

function side(max = 3000): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max });
}

function paint(width: number, height: number, colour: (x: number, y: number) => readonly number[]): Picture {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set(colour(x, y), 3 * (y * width + x));
  return { rgb, width, height };
}

function fill(picture: Picture, size: { readonly width: number; readonly height: number }): Float32Array {
  const into = new Float32Array(3 * size.width * size.height);
  letterbox(picture, size, into);
  return into;
}

/** The three planes' values at a pixel. */
function at(into: Float32Array, x: number, y: number, size = { width: 32, height: 32 }): readonly number[] {
  const plane = size.width * size.height;
  return [0, 1, 2].map((channel) => into[channel * plane + y * size.width + x] ?? Number.NaN);
}
