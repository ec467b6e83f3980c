import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Picture } from "../../../inference/gate/picture.ts";
import { fromView, toView, type View } from "../../../inference/gate/views.ts";

const turns = fc.constantFrom<(1 | 2 | 3 | undefined)[]>(undefined, 1, 2, 3);

describe("toView", () => {
  it("turns clockwise", () => {
    const turned = toView(numbered(3, 2), { longSide: 32, turns: 1 });
    expect([turned.width, turned.height]).toEqual([2, 3]);
    expect(numbers(turned)).toEqual([3, 0, 4, 1, 5, 2]);
  });

  it("mirrors left and right", () => {
    expect(numbers(toView(numbered(3, 2), { longSide: 32, mirrored: true }))).toEqual([2, 1, 0, 5, 4, 3]);
  });

  it("comes back after four quarter turns and after two mirrors", () => {
    const picture = numbered(7, 5);
    let turned = picture;
    for (let turn = 0; turn < 4; turn++) turned = toView(turned, { longSide: 32, turns: 1 });
    expect(turned).toEqual(picture);
    const mirrored = toView(picture, { longSide: 32, mirrored: true });
    expect(toView(mirrored, { longSide: 32, mirrored: true })).toEqual(picture);
  });

  it("softens like a Gaussian: a point spreads, its sum and an even area stay", () => {
    const black = { rgb: new Uint8Array(3 * 11 * 11), width: 11, height: 11 };
    black.rgb.fill(255, 3 * (5 * 11 + 5), 3 * (5 * 11 + 5) + 3);
    const soft = toView(black, { longSide: 32, softened: true });
    const at = (x: number, y: number): number => soft.rgb[3 * (y * 11 + x)] ?? Number.NaN;
    expect([at(5, 5), at(6, 5), at(5, 6), at(7, 5), at(8, 5)]).toEqual([36, 24, 24, 6, 0]);
    const even = { rgb: new Uint8Array(3 * 9 * 4).fill(77), width: 9, height: 4 };
    expect(toView(even, { longSide: 32, softened: true })).toEqual(even);
  });
});

describe("fromView", () => {
  it("finds a painted block again where it was, whatever the view", () => {
    fc.assert(
      fc.property(block(), turns, fc.boolean(), ({ width, height, box }, turns, mirrored) => {
        const view: View = {
          longSide: 32,
          ...(turns && { turns }),
          ...(mirrored && { mirrored: true as const }),
        };
        const shown = toView(paint(width, height, box), view);
        const found = fromView({ label: "person", score: 1, ...boundsOf(shown) }, view, { width, height });
        expect(found).toEqual({ label: "person", score: 1, ...box });
      }),
    );
  });
});

interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function block(): fc.Arbitrary<{ readonly width: number; readonly height: number; readonly box: Bounds }> {
  const side = fc.integer({ min: 1, max: 12 });
  const gap = fc.nat({ max: 8 });
  return fc.tuple(side, side, gap, gap, gap, gap).map(([width, height, left, right, top, bottom]) => ({
    width: left + width + right,
    height: top + height + bottom,
    box: { x: left, y: top, width, height },
  }));
}

function paint(width: number, height: number, box: Bounds): Picture {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = box.y; y < box.y + box.height; y++)
    rgb.fill(255, 3 * (y * width + box.x), 3 * (y * width + box.x + box.width));
  return { rgb, width, height };
}

function boundsOf({ rgb, width, height }: Picture): Bounds {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (rgb[3 * (y * width + x)] === 255) {
        xs.push(x);
        ys.push(y);
      }
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { x: left, y: top, width: Math.max(...xs) - left + 1, height: Math.max(...ys) - top + 1 };
}

/** Pixel n has n in all channels. */
function numbered(width: number, height: number): Picture {
  return {
    rgb: Uint8Array.from({ length: 3 * width * height }, (_, at) => Math.floor(at / 3)),
    width,
    height,
  };
}

function numbers({ rgb }: Picture): readonly number[] {
  return Array.from(rgb).filter((_, at) => at % 3 === 0);
}
