import type { Picture } from "./picture.ts";

/** Grey that fills what the picture does not cover, as in the detector's training. */
const PAD = 114;
/** The detector's coarsest stride: every side of its input is a multiple of it. */
export const STRIDE = 32;

/** Size of the detector's input in pixels. */
export interface InputSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The input size that wastes least on a picture of this shape: the long side as asked, the short one
 * the next multiple of 32. 16:9 at 640 gives 640×384, 4:3 gives 640×480, portrait likewise.
 */
export function toInputSize(width: number, height: number, longSide: number): InputSize {
  const scale = longSide / Math.max(width, height);
  const fit = (side: number): number => Math.max(STRIDE, Math.ceil((side * scale) / STRIDE - 1e-9) * STRIDE);
  return { width: fit(width), height: fit(height) };
}

/** Pixels of the input for one pixel of the picture. */
export function toScale(
  picture: { readonly width: number; readonly height: number },
  size: InputSize,
): number {
  return Math.min(size.width / picture.width, size.height / picture.height);
}

/**
 * Fills `into` (3 × height × width, planes B, G, R, 0–255) with the picture, placed top left and
 * padded with grey. Bilinear with half-pixel centres and no smoothing, rounded to whole values: what
 * OpenCV's `INTER_LINEAR` does, and what the detector was trained on.
 */
export function letterbox(picture: Picture, size: InputSize, into: Float32Array): void {
  const scale = toScale(picture, size);
  const width = Math.max(1, Math.floor(picture.width * scale + 1e-9));
  const height = Math.max(1, Math.floor(picture.height * scale + 1e-9));
  const plane = size.width * size.height;
  if (width < size.width || height < size.height) into.fill(PAD, 0, 3 * plane);
  if (width === picture.width && height === picture.height) copy(picture, size, into);
  else resize(picture, { width, height }, size, into);
}

function copy(picture: Picture, size: InputSize, into: Float32Array): void {
  const { rgb, width, height } = picture;
  const plane = size.width * size.height;
  let from = 0;
  for (let y = 0; y < height; y++) {
    let to = y * size.width;
    for (let x = 0; x < width; x++, to++, from += 3) {
      into[to + 2 * plane] = rgb[from] ?? 0;
      into[to + plane] = rgb[from + 1] ?? 0;
      into[to] = rgb[from + 2] ?? 0;
    }
  }
}

function resize(picture: Picture, inner: InputSize, size: InputSize, into: Float32Array): void {
  const { rgb } = picture;
  const plane = size.width * size.height;
  const columns = toTaps(picture.width, inner.width);
  const rows = toTaps(picture.height, inner.height);
  for (let y = 0; y < inner.height; y++) {
    const top = (rows.first[y] ?? 0) * picture.width * 3;
    const bottom = (rows.second[y] ?? 0) * picture.width * 3;
    const down = rows.weight[y] ?? 0;
    let to = y * size.width;
    for (let x = 0; x < inner.width; x++, to++) {
      const left = (columns.first[x] ?? 0) * 3;
      const right = (columns.second[x] ?? 0) * 3;
      const across = columns.weight[x] ?? 0;
      for (let channel = 0; channel < 3; channel++) {
        const a = rgb[top + left + channel] ?? 0;
        const b = rgb[top + right + channel] ?? 0;
        const c = rgb[bottom + left + channel] ?? 0;
        const d = rgb[bottom + right + channel] ?? 0;
        const upper = a + (b - a) * across;
        const lower = c + (d - c) * across;
        into[to + (2 - channel) * plane] = Math.floor(upper + (lower - upper) * down + 0.5);
      }
    }
  }
}

interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

/** For each target pixel the two source pixels around its centre and the share of the second. */
function toTaps(source: number, target: number): Taps {
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const weight = new Float32Array(target);
  for (let index = 0; index < target; index++) {
    const centre = Math.min(source - 1, Math.max(0, ((index + 0.5) * source) / target - 0.5));
    const floor = Math.floor(centre);
    first[index] = floor;
    second[index] = Math.min(source - 1, floor + 1);
    weight[index] = centre - floor;
  }
  return { first, second, weight };
}
