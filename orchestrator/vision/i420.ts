import type { Size } from "./sizes.ts";

/** Bytes of an I420 picture: full luma, then both chroma planes at half size, rounded up. */
export function i420Length({ width, height }: Size): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/**
 * I420 (BT.601, limited range) to RGB, 8 bits, row by row: `y = 1.164(Y−16)`, `R = y + 1.596(V−128)`,
 * `G = y − 0.392(U−128) − 0.813(V−128)`, `B = y + 2.017(U−128)`, clamped; nearest chroma.
 */
export function i420ToRgb(data: Uint8Array, { width, height }: Size): Uint8Array {
  const halfWidth = Math.ceil(width / 2);
  const uPlane = width * height;
  const vPlane = uPlane + halfWidth * Math.ceil(height / 2);
  // Clamping is left to the array; rounding and scaling are done in 1/65,536.
  const rgb = new Uint8ClampedArray(width * height * 3);
  let at = 0;
  for (let row = 0; row < height; row++) {
    const chromaRow = (row >> 1) * halfWidth;
    const lumaRow = row * width;
    for (let column = 0; column < width; column++, at += 3) {
      const chroma = chromaRow + (column >> 1);
      const u = (data[uPlane + chroma] ?? 128) - 128;
      const v = (data[vPlane + chroma] ?? 128) - 128;
      const y = 76_284 * ((data[lumaRow + column] ?? 16) - 16) + 32_768;
      rgb[at] = (y + 104_595 * v) >> 16;
      rgb[at + 1] = (y - 25_690 * u - 53_281 * v) >> 16;
      rgb[at + 2] = (y + 132_186 * u) >> 16;
    }
  }
  return new Uint8Array(rgb.buffer);
}

/**
 * The same at half the size: the mean of the pixels that share a chroma. A third of the time that the whole
 * takes, which is time of the event loop.
 */
export function i420ToHalfRgb(
  data: Uint8Array,
  { width, height }: Size,
): Size & { readonly rgb: Uint8Array } {
  const halfWidth = Math.ceil(width / 2);
  const halfHeight = Math.ceil(height / 2);
  const uPlane = width * height;
  const vPlane = uPlane + halfWidth * halfHeight;
  const rgb = new Uint8ClampedArray(halfWidth * halfHeight * 3);
  let at = 0;
  for (let row = 0; row < halfHeight; row++) {
    const above = 2 * row * width;
    const below = Math.min(height - 1, 2 * row + 1) * width;
    for (let column = 0; column < halfWidth; column++, at += 3) {
      const chroma = row * halfWidth + column;
      const u = (data[uPlane + chroma] ?? 128) - 128;
      const v = (data[vPlane + chroma] ?? 128) - 128;
      const left = 2 * column;
      const right = Math.min(width - 1, left + 1);
      const luma =
        (data[above + left] ?? 16) +
        (data[above + right] ?? 16) +
        (data[below + left] ?? 16) +
        (data[below + right] ?? 16);
      const y = 19_071 * (luma - 64) + 32_768;
      rgb[at] = (y + 104_595 * v) >> 16;
      rgb[at + 1] = (y - 25_690 * u - 53_281 * v) >> 16;
      rgb[at + 2] = (y + 132_186 * u) >> 16;
    }
  }
  return { rgb: new Uint8Array(rgb.buffer), width: halfWidth, height: halfHeight };
}
