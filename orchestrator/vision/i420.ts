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
