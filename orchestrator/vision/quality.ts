import type { Quality, QualityHint } from "../turn/turn.ts";

/** Long side of the gated JPEG in pixels: what the gate's first look sees without shrinking. */
export const GATED_LONG_SIDE = 640;

/** How the gated JPEG is encoded (sharp's names), so that the gate's scores stay those of the original. */
export const GATED_JPEG = { quality: 90, chromaSubsampling: "4:4:4" } as const;

/** Below this mean luma a picture is too dark for the detector. */
const DARK_MEAN = 20;
/** Above this mean luma a picture is washed out. */
const BRIGHT_MEAN = 235;
/** Below this deviation of luma nothing but the lens cover is in view. */
const COVERED_DEVIATION = 8;
/** Below this sharpness the detector misses people. */
const BLURRED_SHARPNESS = 25;

/**
 * Measures a luma plane of `width` × `height` bytes, row by row, at the size of the gated JPEG.
 * Sharpness is the variance of the second difference in the blurriest of four directions, so that
 * motion blur, which leaves edges along the motion sharp, counts as blur.
 */
export function measureQuality(luma: Uint8Array, width: number, height: number): Quality {
  let count = 0;
  let sum = 0;
  let squares = 0;
  const along = [0, 0, 0, 0] as [number, number, number, number];
  for (let y = 1; y < height - 1; y += 2) {
    let above = (y - 1) * width;
    let here = y * width;
    let below = (y + 1) * width;
    const end = here + width - 1;
    for (here += 1, above += 1, below += 1; here < end; here++, above++, below++) {
      const value = luma[here] ?? 0;
      const twice = 2 * value;
      const horizontal = (luma[here - 1] ?? 0) + (luma[here + 1] ?? 0) - twice;
      const vertical = (luma[above] ?? 0) + (luma[below] ?? 0) - twice;
      const falling = (luma[above - 1] ?? 0) + (luma[below + 1] ?? 0) - twice;
      const rising = (luma[above + 1] ?? 0) + (luma[below - 1] ?? 0) - twice;
      sum += value;
      squares += value * value;
      along[0] += horizontal * horizontal;
      along[1] += vertical * vertical;
      along[2] += falling * falling;
      along[3] += rising * rising;
      count++;
    }
  }
  if (count === 0) return { sharpness: 0, mean: luma[0] ?? 0, deviation: 0, hint: "covered" };
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  const sharpness = Math.min(...along) / count;
  return { sharpness, mean, deviation, hint: toHint(sharpness, mean, deviation) };
}

/** True when the detector's word on such a picture is worth nothing, so that its verdict is `unknown`. */
export function isTooBadToJudge(quality: Quality): boolean {
  return (
    quality.mean < DARK_MEAN ||
    quality.mean > BRIGHT_MEAN ||
    quality.deviation < COVERED_DEVIATION ||
    quality.sharpness < BLURRED_SHARPNESS
  );
}

function toHint(sharpness: number, mean: number, deviation: number): QualityHint | null {
  if (mean < DARK_MEAN) return "too-dark";
  if (deviation < COVERED_DEVIATION) return "covered";
  if (mean > BRIGHT_MEAN) return "too-bright";
  if (sharpness < BLURRED_SHARPNESS) return "blurred";
  return null;
}
