import type { Quality, QualityHint } from "../turn/turn.ts";

/** Long side of the gated JPEG in pixels: what the gate's first look sees without shrinking. */
export const GATED_LONG_SIDE = 640;

/** How the gated JPEG is encoded (sharp's names), so that the gate's scores stay those of the original. */
export const GATED_JPEG = { quality: 90, chromaSubsampling: "4:4:4" } as const;

/** Below this mean luma a picture is too dark for the detector. */
const DARK_MEAN = 20;
/** Above this mean luma nothing but glare is left. */
const BRIGHT_MEAN = 252;
/** Below this deviation of luma there is nothing to see: the lens is covered, or looks at a wall. */
const COVERED_DEVIATION = 8;
/**
 * Below this sharpness the detector misses people. With a Gaussian of 4 px or more, or 21 px of motion
 * across or down, 33 of 34 photos of people measured at most 0.58; as they were taken, at least 45, and
 * at a quarter of their brightness at least 4.
 */
const BLURRED_SHARPNESS = 0.65;
/** First pixel of a row or column whose neighbours all exist and which is inside a block. */
const FIRST = 5;
/** Side of a JPEG's blocks: the steps between them are compression, not detail, and are left out. */
const BLOCK = 8;
/** Every fourth row gives the same means in a quarter of the time, and keeps inside the blocks. */
const ROW_STEP = 4;
/** Diagonal differences reach three pixels: motion along a slant is long, the noise of compression short. */
const DIAGONAL_REACH = 3;
/** Brings the diagonal energy of a sharp picture to that of an upright direction. */
const DIAGONAL_WEIGHT = 1 / 12;

/**
 * Measures a luma plane of `width` × `height` bytes, row by row, at the size of the gated JPEG.
 *
 * Sharpness is E² ÷ G: E the mean square of the second difference in the blurriest of four directions
 * (motion blur leaves the edges along the motion sharp); G the mean square of the first difference, so
 * that little contrast alone does not count as blur.
 */
export function measureQuality(luma: Uint8Array, width: number, height: number): Quality {
  let count = 0;
  let sum = 0;
  let squares = 0;
  let horizontalEnergy = 0;
  let verticalEnergy = 0;
  let fallingEnergy = 0;
  let risingEnergy = 0;
  let gradient = 0;
  const slant = DIAGONAL_REACH * width;
  for (let y = FIRST; y < height - DIAGONAL_REACH; y += ROW_STEP) {
    for (let x = FIRST; x < width - DIAGONAL_REACH; x += x % BLOCK === BLOCK - 2 ? 3 : 1) {
      const here = y * width + x;
      const value = luma[here] ?? 0;
      const twice = 2 * value;
      const left = luma[here - 1] ?? 0;
      const above = luma[here - width] ?? 0;
      const horizontal = left + (luma[here + 1] ?? 0) - twice;
      const vertical = above + (luma[here + width] ?? 0) - twice;
      const falling =
        (luma[here - slant - DIAGONAL_REACH] ?? 0) + (luma[here + slant + DIAGONAL_REACH] ?? 0) - twice;
      const rising =
        (luma[here - slant + DIAGONAL_REACH] ?? 0) + (luma[here + slant - DIAGONAL_REACH] ?? 0) - twice;
      sum += value;
      squares += value * value;
      horizontalEnergy += horizontal * horizontal;
      verticalEnergy += vertical * vertical;
      fallingEnergy += falling * falling;
      risingEnergy += rising * rising;
      gradient += (value - left) * (value - left) + (value - above) * (value - above);
      count++;
    }
  }
  if (count === 0) return { sharpness: 0, mean: luma[0] ?? 0, deviation: 0, hint: "covered" };
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  const blurriest =
    Math.min(
      horizontalEnergy,
      verticalEnergy,
      DIAGONAL_WEIGHT * fallingEnergy,
      DIAGONAL_WEIGHT * risingEnergy,
    ) / count;
  const sharpness = (blurriest * blurriest) / Math.max(gradient / (2 * count), 0.01);
  return { sharpness, mean, deviation, hint: toHint(sharpness, mean, deviation) };
}

/** True when the detector's word on such a picture is worth nothing, so that its verdict is `unknown`. */
export function isTooBadToJudge({ sharpness, mean, deviation }: Quality): boolean {
  return toHint(sharpness, mean, deviation) !== null;
}

/** The one definition of a picture that is too bad, and what the user is told to change. */
function toHint(sharpness: number, mean: number, deviation: number): QualityHint | null {
  if (mean < DARK_MEAN) return "too-dark";
  if (mean > BRIGHT_MEAN) return "too-bright";
  if (deviation < COVERED_DEVIATION) return "covered";
  if (sharpness < BLURRED_SHARPNESS) return "blurred";
  return null;
}
