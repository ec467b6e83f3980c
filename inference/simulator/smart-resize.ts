/** A picture as the vision encoder sees it: sides in pixels, 14×14 patches, 28×28 tokens. */
export interface ResizedPicture {
  readonly width: number;
  readonly height: number;
  readonly patches: number;
  readonly tokens: number;
}

const FACTOR = 28;
const PATCHES_PER_TOKEN = 4;
const MOST_ELONGATED = 200;

/**
 * Qwen2-VL's `smart_resize` (transformers, image_processing_qwen2_vl): both sides rounded to multiples of
 * 28, the area brought between `minPixels` and `maxPixels`.
 *
 * @throws {RangeError} when one side is more than 200 times the other, as the original refuses it.
 */
export function smartResize(
  width: number,
  height: number,
  limits: { readonly minPixels: number; readonly maxPixels: number },
): ResizedPicture {
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (ratio > MOST_ELONGATED)
    throw new RangeError(`absolute aspect ratio must be smaller than ${MOST_ELONGATED}, got ${ratio}`);
  let w = Math.max(FACTOR, roundHalfEven(width / FACTOR) * FACTOR);
  let h = Math.max(FACTOR, roundHalfEven(height / FACTOR) * FACTOR);
  if (w * h > limits.maxPixels) {
    const shrink = Math.sqrt((width * height) / limits.maxPixels);
    w = Math.max(FACTOR, Math.floor(width / shrink / FACTOR) * FACTOR);
    h = Math.max(FACTOR, Math.floor(height / shrink / FACTOR) * FACTOR);
  } else if (w * h < limits.minPixels) {
    const grow = Math.sqrt(limits.minPixels / (width * height));
    w = Math.ceil((width * grow) / FACTOR) * FACTOR;
    h = Math.ceil((height * grow) / FACTOR) * FACTOR;
  }
  const tokens = (w * h) / (FACTOR * FACTOR);
  return { width: w, height: h, patches: tokens * PATCHES_PER_TOKEN, tokens };
}

/** Python's `round`: a half goes to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
