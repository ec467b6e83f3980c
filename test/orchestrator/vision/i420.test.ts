import { describe, expect, it } from "vitest";
import { i420Length, i420ToHalfRgb, i420ToRgb } from "../../../orchestrator/vision/i420.ts";

/** A picture of one colour. */
function plain(y: number, u: number, v: number, width: number, height: number): Uint8Array {
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  return Uint8Array.from([
    ...Array(width * height).fill(y),
    ...Array(chroma).fill(u),
    ...Array(chroma).fill(v),
  ]);
}

describe("i420ToRgb", () => {
  it.each([
    ["black", [16, 128, 128], [0, 0, 0]],
    ["white", [235, 128, 128], [255, 255, 255]],
    ["grey", [126, 128, 128], [128, 128, 128]],
    ["red", [81, 90, 240], [254, 0, 0]],
    ["green", [145, 54, 34], [0, 255, 1]],
    ["blue", [41, 240, 110], [0, 0, 255]],
    ["beyond the range", [255, 255, 255], [255, 125, 255]],
    ["below the range", [0, 0, 0], [0, 136, 0]],
  ] as const)("%s", (_name, [y, u, v], expected) => {
    const rgb = i420ToRgb(plain(y, u, v, 4, 2), { width: 4, height: 2 });
    expect(rgb).toHaveLength(24);
    for (const [index, value] of [...rgb].entries()) {
      expect(Math.abs(value - expected[index % 3]!)).toBeLessThanOrEqual(1);
    }
  });

  it("is the formula of the reference, for every pixel and its nearest chroma, also with odd sides", () => {
    const size = { width: 7, height: 5 };
    const data = Uint8Array.from({ length: i420Length(size) }, (_, index) => (index * 89 + 31) % 256);
    const rgb = i420ToRgb(data, size);
    const clamp = (value: number): number => Math.min(255, Math.max(0, value));
    for (let row = 0; row < 5; row++) {
      for (let column = 0; column < 7; column++) {
        const y = 1.164 * (data[row * 7 + column]! - 16);
        const chroma = 35 + (row >> 1) * 4 + (column >> 1);
        const u = data[chroma]! - 128;
        const v = data[chroma + 12]! - 128;
        const expected = [y + 1.596 * v, y - 0.392 * u - 0.813 * v, y + 2.017 * u].map(clamp);
        for (const [channel, value] of expected.entries()) {
          expect(Math.abs(rgb[(row * 7 + column) * 3 + channel]! - value)).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it("at half the size is the mean of the pixels that share a chroma, also with odd sides", () => {
    const size = { width: 7, height: 5 };
    const data = Uint8Array.from({ length: i420Length(size) }, (_, index) => (index * 89 + 31) % 256);
    const half = i420ToHalfRgb(data, size);
    expect(half).toMatchObject({ width: 4, height: 3 });
    const clamp = (value: number): number => Math.min(255, Math.max(0, value));
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        const at = (down: number, right: number): number =>
          data[Math.min(4, 2 * row + down) * 7 + Math.min(6, 2 * column + right)]!;
        const y = 1.164 * ((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4 - 16);
        const u = data[35 + row * 4 + column]! - 128;
        const v = data[47 + row * 4 + column]! - 128;
        const expected = [y + 1.596 * v, y - 0.392 * u - 0.813 * v, y + 2.017 * u].map(clamp);
        for (const [channel, value] of expected.entries()) {
          expect(Math.abs(half.rgb[(row * 4 + column) * 3 + channel]! - value)).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it("counts chroma rounded up", () => {
    expect(i420Length({ width: 1280, height: 720 })).toBe(1_382_400);
    expect(i420Length({ width: 3, height: 3 })).toBe(17);
  });
});
