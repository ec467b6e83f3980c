import sharp from "sharp";
import { InputError } from "../errors.ts";
import type { Frame, FrameSource } from "../turn/turn.ts";
import { type Pixels, toRgb } from "./decode.ts";
import { toFrame } from "./frame.ts";
import { i420Length, i420ToHalfRgb, i420ToRgb } from "./i420.ts";
import { fitKept, type Size } from "./sizes.ts";

/** A picture as a camera or a screen share delivers it. */
export interface RawFrame extends Size {
  /** Tightly packed planes (I420) or pixels (RGBA). Copied: the buffer may be reused when the call returns. */
  readonly data: Uint8Array;
  /** I420 is BT.601, limited range. */
  readonly format: "I420" | "RGBA";
  /** Degrees by which the picture has to be turned clockwise to be upright. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Monotonic instant of capture. */
  readonly capturedAtMs: number;
  readonly source: FrameSource;
}

/** No camera is larger: 8K. */
const MAX_PIXELS = 7680 * 4320;

/**
 * A frame of a raw picture: turned upright, kept at no more than the size that the local engine sees.
 *
 * @throws {InputError} when the data does not match the size that is claimed.
 */
export async function frameFromRaw(raw: RawFrame): Promise<Frame> {
  const { width, height } = raw;
  checkRaw(raw);
  const turned = raw.rotation === 90 || raw.rotation === 270;
  const source = turned ? { width: height, height: width } : { width, height };
  const kept = fitKept(source);
  const { rgb, ...taken } = toPixels(raw, kept);
  const { data, info } = await sharp(rgb, { raw: taken })
    .removeAlpha()
    .rotate(raw.rotation)
    .resize({ ...kept, fit: "fill" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels: Pixels = { rgb: toRgb(data, info.channels), ...kept, source };
  return toFrame(pixels, raw.source, raw.capturedAtMs);
}

/** Copied at once; at half the size where that is larger than what is kept by far. */
function toPixels(
  { data, format, width, height }: RawFrame,
  kept: Size,
): Size & { readonly rgb: Uint8Array; readonly channels: 3 | 4 } {
  if (format === "RGBA") return { rgb: data.slice(), width, height, channels: 4 };
  return width * height > 4 * kept.width * kept.height
    ? { ...i420ToHalfRgb(data, { width, height }), channels: 3 }
    : { rgb: i420ToRgb(data, { width, height }), width, height, channels: 3 };
}

function checkRaw({ data, format, width, height }: RawFrame): void {
  const sides = [width, height];
  if (!sides.every((side) => Number.isInteger(side) && side > 0) || width * height > MAX_PIXELS) {
    throw new InputError(`a camera frame of ${width}×${height} pixels`, "a size between 1×1 and 8K");
  }
  const length = format === "I420" ? i420Length({ width, height }) : width * height * 4;
  if (data.length !== length) {
    throw new InputError(
      `a camera frame of ${data.length} bytes`,
      `${length} bytes for ${format} at ${width}×${height}`,
    );
  }
}
