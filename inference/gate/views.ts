import type { Picture } from "./picture.ts";
import type { Box } from "./rows.ts";

/** A way to hold a picture up to the detector. */
export interface View {
  /** Long side of the detector's input in pixels. */
  readonly longSide: number;
  /** Quarter turns clockwise; default 0. */
  readonly turns?: 1 | 2 | 3;
  /** Left and right exchanged. */
  readonly mirrored?: true;
  /** Slightly blurred, so that the blocks and ringing of strong compression go under. */
  readonly softened?: true;
}

/** The picture as the view shows it. */
export function toView(picture: Picture, view: View): Picture {
  let shown = picture;
  if (view.softened) shown = soften(shown);
  if (view.mirrored) shown = mirror(shown);
  for (let turn = 0; turn < (view.turns ?? 0); turn++) shown = turn90(shown);
  return shown;
}

/** A box found in the view, in the pixels of the upright `picture`. */
export function fromView(
  box: Box,
  view: View,
  picture: { readonly width: number; readonly height: number },
): Box {
  const { width, height } = picture;
  let { x, y, width: across, height: down } = box;
  // Each step undoes one quarter turn; the space it starts in is `sideways` after an odd number of them.
  for (let turn = view.turns ?? 0; turn > 0; turn--) {
    const spaceWidth = turn % 2 === 1 ? height : width;
    [x, y, across, down] = [y, spaceWidth - x - across, down, across];
  }
  if (view.mirrored) x = width - x - across;
  return { ...box, x, y, width: across, height: down };
}

/** A quarter turn clockwise. */
function turn90({ rgb, width, height }: Picture): Picture {
  const turned = new Uint8Array(rgb.length);
  let from = 0;
  for (let y = 0; y < height; y++) {
    let to = 3 * (height - 1 - y);
    for (let x = 0; x < width; x++, from += 3, to += 3 * height) {
      turned[to] = rgb[from] ?? 0;
      turned[to + 1] = rgb[from + 1] ?? 0;
      turned[to + 2] = rgb[from + 2] ?? 0;
    }
  }
  return { rgb: turned, width: height, height: width };
}

function mirror({ rgb, width, height }: Picture): Picture {
  const mirrored = new Uint8Array(rgb.length);
  let from = 0;
  for (let y = 0; y < height; y++) {
    let to = 3 * ((y + 1) * width - 1);
    for (let x = 0; x < width; x++, from += 3, to -= 3) {
      mirrored[to] = rgb[from] ?? 0;
      mirrored[to + 1] = rgb[from + 1] ?? 0;
      mirrored[to + 2] = rgb[from + 2] ?? 0;
    }
  }
  return { rgb: mirrored, width, height };
}

/** A Gaussian of standard deviation 1 in both directions: the binomial weights 1 4 6 4 1. */
function soften({ rgb, width, height }: Picture): Picture {
  return {
    rgb: soften1(soften1(rgb, width, height, 3, 3 * width), height, width, 3 * width, 3),
    width,
    height,
  };
}

/** Softens along lines of `length` pixels that are `step` apart; lines start `stride` apart. */
function soften1(from: Uint8Array, length: number, lines: number, step: number, stride: number): Uint8Array {
  const to = new Uint8Array(from.length);
  const last = (length - 1) * step;
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const base = line * stride + channel;
      for (let at = 0; at <= last; at += step) {
        const one =
          (from[base + Math.max(0, at - step)] ?? 0) + (from[base + Math.min(last, at + step)] ?? 0);
        const two =
          (from[base + Math.max(0, at - 2 * step)] ?? 0) + (from[base + Math.min(last, at + 2 * step)] ?? 0);
        to[base + at] = (two + 4 * one + 6 * (from[base + at] ?? 0) + 8) >> 4;
      }
    }
  }
  return to;
}
