import type { Picture } from "./picture.ts";

/** What makes a picture hard for the detector. */
export interface Condition {
  /** Black and white: the colour of clothes and skin is what small people are told by. */
  readonly colourless: boolean;
  /** So little contrast that every score is lower than it should be. */
  readonly flat: boolean;
  /** Over-exposed: large parts are plain white. Print and drawings are white on purpose, and contrasty. */
  readonly clipped: boolean;
  /** So few pixels that enlarging it to the usual size blurs it. */
  readonly small: boolean;
}

/** Mean distance of a colour channel from luma, as a share of luma's deviation, below which there is no colour. */
const COLOURLESS_SHARE = 0.02;
/** Standard deviation of luma, 0–255. */
const FLAT_DEVIATION = 21;
const PRINT_DEVIATION = 105;
/** Luma from which a pixel is white, and the share of such pixels that is too much. */
const WHITE = 250;
const CLIPPED_SHARE = 0.25;
/** Long side in pixels. */
const SMALL_LONG_SIDE = 256;
/** Pixels looked at, about: a sample is as good as all of them. */
const SAMPLES = 40_000;

/** Measures a picture; a fraction of a millisecond. */
export function toCondition({ rgb, width, height }: Picture): Condition {
  const step = 3 * Math.max(1, Math.floor((width * height) / SAMPLES));
  let count = 0;
  let sum = 0;
  let squares = 0;
  let white = 0;
  let colour = 0;
  for (let at = 0; at + 2 < rgb.length; at += step, count++) {
    const red = rgb[at] ?? 0;
    const green = rgb[at + 1] ?? 0;
    const blue = rgb[at + 2] ?? 0;
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    sum += luma;
    squares += luma * luma;
    if (luma >= WHITE) white++;
    colour += Math.abs(red - luma) + Math.abs(green - luma) + Math.abs(blue - luma);
  }
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return {
    colourless: colour / (3 * count) < COLOURLESS_SHARE * deviation,
    flat: deviation < FLAT_DEVIATION,
    clipped: white / count >= CLIPPED_SHARE && deviation < PRINT_DEVIATION,
    small: Math.max(width, height) <= SMALL_LONG_SIDE,
  };
}
