import type { Sharp, SharpOptions } from "sharp";
import { readJpegHeader } from "./jpeg-header.ts";

/** Largest JPEG that is judged, in bytes. */
export const MAX_BYTES = 1024 * 1024;
/** Largest picture that is judged, in pixels. */
export const MAX_PIXELS = 4_000_000;

/** A decoded picture, upright: `rgb` holds 3 bytes for each pixel, row by row. */
export interface Picture {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The posted bytes cannot be judged. `status` is the HTTP status of the answer. */
export class PictureError extends Error {
  override readonly name = "PictureError";
  readonly status: 400 | 413;
  readonly code: "not-a-jpeg" | "broken-jpeg" | "too-large";

  constructor(status: 400 | 413, code: PictureError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.code = code;
  }
}

/**
 * Reads the size from the header, before anything is decoded.
 *
 * @throws {PictureError} for what is no JPEG, or more pixels than `MAX_PIXELS`.
 */
export function checkJpeg(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const header = readJpegHeader(bytes);
  if (header === undefined)
    throw new PictureError(400, "not-a-jpeg", "the body is not a JPEG; expected image/jpeg");
  if (header.width * header.height > MAX_PIXELS)
    throw new PictureError(
      413,
      "too-large",
      `the picture has ${header.width}×${header.height} pixels; expected at most ${MAX_PIXELS}`,
    );
  return header;
}

/**
 * Decodes a JPEG as it is: its EXIF orientation applied, its colour profile ignored, nothing resized.
 *
 * @throws {PictureError} when the bytes are damaged, truncated or too large.
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  checkJpeg(bytes);
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(bytes, {
      limitInputPixels: MAX_PIXELS,
      failOn: "warning",
      autoOrient: true,
      ignoreIcc: true,
    })
      .timeout({ seconds: DECODE_SECONDS })
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { rgb: data, width: info.width, height: info.height };
  } catch (error) {
    throw new PictureError(400, "broken-jpeg", "the JPEG cannot be decoded; expected a whole one", error);
  }
}

const DECODE_SECONDS = 2;

type SharpFactory = (input: Uint8Array, options: SharpOptions) => Sharp;
let loading: Promise<SharpFactory> | undefined;

/** One core and no cache: the gate sees every picture once. */
export function loadSharp(): Promise<SharpFactory> {
  loading ??= import("sharp").then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loading;
}
