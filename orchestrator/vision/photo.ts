import type { Camera } from "../turn/ports.ts";
import type { Frame, FrameSource } from "../turn/turn.ts";
import { decodePicture, PHOTO_LIMITS, type PictureLimits, SCREEN_LIMITS, UPLOAD_LIMITS } from "./decode.ts";
import { toFrame } from "./frame.ts";
import { printable, readPlainFile } from "./read-file.ts";

/**
 * Opens a photo of the user: JPEG, PNG or WebP, of an animation the first picture.
 *
 * @throws {InputError} for everything else that a path can name.
 */
export async function openPhoto(path: string, limits: PictureLimits = PHOTO_LIMITS): Promise<Frame> {
  const bytes = await readPlainFile(path, limits.maxBytes);
  return frameFromBytes(bytes, { name: printable(path), limits });
}

export interface BytesOptions {
  /** What the picture is called in an error. Default: "the picture". */
  readonly name?: string;
  /** Default: 1 MiB and 4 MP; for a screen share 3 MiB and 9 MP. */
  readonly limits?: PictureLimits;
  /** Default: photo. */
  readonly source?: FrameSource;
  /** Monotonic instant of capture. Default: now. */
  readonly capturedAtMs?: number;
}

/**
 * A frame of an encoded picture that came in through an API or from a camera.
 *
 * @throws {InputError} when it is no picture or beyond the limits.
 */
export async function frameFromBytes(bytes: Uint8Array, options: BytesOptions = {}): Promise<Frame> {
  const { name = "the picture", source = "photo", capturedAtMs = performance.now() } = options;
  const limits = options.limits ?? (source === "screen" ? SCREEN_LIMITS : UPLOAD_LIMITS);
  return toFrame(await decodePicture(bytes, name, limits), source, capturedAtMs);
}

/** A camera that shows one photo, which is always recent, or nothing. */
export function photoCamera(frame: Frame | undefined): Camera {
  return {
    recent: (source) => (frame && (source === "any" || source === frame.source) ? [frame] : []),
    next: () => Promise.resolve(frame),
  };
}
