import sharp from "sharp";
import { InputError } from "../errors.ts";
import { expectedPicture, sniffPicture } from "./picture-format.ts";
import { fitKept, type Size } from "./sizes.ts";

// No decoded picture may outlive its frame in a cache of the library.
sharp.cache(false);

/** What a picture may cost before it is refused. */
export interface PictureLimits {
  readonly maxBytes: number;
  /** Width × height as the header states it, checked before anything is decoded. */
  readonly maxPixels: number;
  /** Decoding is given up then. */
  readonly maxDecodeMs: number;
}

/** A user's own photo: ≤ 32 MiB, ≤ 64 MP. */
export const PHOTO_LIMITS: PictureLimits = {
  maxBytes: 32 * 2 ** 20,
  maxPixels: 64_000_000,
  maxDecodeMs: 10_000,
};

/** A picture that came in through an API or from a camera: ≤ 1 MiB, ≤ 4 MP. */
export const UPLOAD_LIMITS: PictureLimits = {
  maxBytes: 2 ** 20,
  maxPixels: 4_000_000,
  maxDecodeMs: 1000,
};

/** A frame of a screen share: ≤ 3 MiB, ≤ 9 MP. */
export const SCREEN_LIMITS: PictureLimits = {
  maxBytes: 3 * 2 ** 20,
  maxPixels: 9_000_000,
  maxDecodeMs: 1000,
};

/** Pixels of a capture as they are kept: upright, RGB, 8 bits, row by row. */
export interface Pixels extends Size {
  readonly rgb: Uint8Array;
  /** Upright size of the whole capture. */
  readonly source: Size;
}

/** A longer strip than this shows nothing, and Qwen2-VL refuses it. */
const MAX_ASPECT = 200;

/**
 * Decodes a JPEG, PNG or WebP off the main thread, shrinking on the way: EXIF rotation applied,
 * transparency on white, CMYK, grey and 16 bits made RGB, of an animation the first picture.
 *
 * @throws {InputError} whose message starts with `name`.
 */
export async function decodePicture(bytes: Uint8Array, name: string, limits: PictureLimits): Promise<Pixels> {
  if (bytes.length === 0) throw new InputError(`${name} is empty`, expectedPicture());
  if (bytes.length > limits.maxBytes) {
    const most = limits.maxBytes / 2 ** 20;
    throw new InputError(`${name} is too large`, `a picture of at most ${most} MiB`);
  }
  const sniffed = sniffPicture(bytes);
  if (!sniffed.format) throw new InputError(`${name} is ${sniffed.what}`, expectedPicture(sniffed.hint));
  try {
    return await inTime(decode(bytes, name, limits), limits.maxDecodeMs);
  } catch (error) {
    throw error instanceof InputError ? error : toInputError(error, name, limits);
  }
}

async function decode(bytes: Uint8Array, name: string, limits: PictureLimits): Promise<Pixels> {
  const source = await readSize(bytes, name, limits);
  const kept = fitKept(source);
  const { data, info } = await sharp(bytes, { limitInputPixels: limits.maxPixels, failOn: "error" })
    .timeout({ seconds: Math.ceil(limits.maxDecodeMs / 1000) })
    .autoOrient()
    .resize({ ...kept, fit: "fill" })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb: toRgb(data, info.channels), ...kept, source };
}

/** Three channels, whatever the picture had. */
export function toRgb(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  const step = channels < 3 ? 0 : 1;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      rgb[pixel * 3 + channel] = data[pixel * channels + channel * step] ?? 0;
    }
  }
  return rgb;
}

/** From the header alone: nothing is decoded that is too large. */
async function readSize(bytes: Uint8Array, name: string, limits: PictureLimits): Promise<Size> {
  const { autoOrient: source } = await sharp(bytes, { limitInputPixels: false, failOn: "error" }).metadata();
  const { width, height } = source;
  if (width * height > limits.maxPixels) {
    throw new InputError(
      `${name} has ${width}×${height} pixels`,
      `at most ${Math.floor(limits.maxPixels / 1e6)} megapixels`,
    );
  }
  if (Math.max(width, height) > MAX_ASPECT * Math.min(width, height)) {
    throw new InputError(
      `${name} is a strip of ${width}×${height} pixels`,
      `a picture whose long side is at most ${MAX_ASPECT} times its short side`,
    );
  }
  return { width, height };
}

/** Late is late at once; the library itself stops at the next strip of the picture once a second is full. */
function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("timeout: decoding")), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function toInputError(error: unknown, name: string, limits: PictureLimits): InputError {
  const message = error instanceof Error ? error.message : "";
  return /timeout/i.test(message)
    ? new InputError(
        `${name} takes more than ${limits.maxDecodeMs / 1000} s to decode`,
        "an ordinary photo",
        {
          cause: error,
        },
      )
    : new InputError(`${name} is damaged or cut short`, `a whole ${expectedPicture().slice(2)}`, {
        cause: error,
      });
}
