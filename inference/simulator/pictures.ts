import { hash } from "node:crypto";
import { ApiError, badRequest, internalError } from "./api-error.ts";
import { hashText } from "./hash.ts";
import type { Latency } from "./latency.ts";
import { createLru } from "./lru.ts";
import { readPictureHeader } from "./picture-header.ts";
import type { ImageItem } from "./prompt.ts";
import { smartResize } from "./smart-resize.ts";

/** A picture part of a message, as sent. */
export interface PicturePart {
  /** Undefined: nothing but the uuid was sent. */
  readonly url: string | undefined;
  readonly uuid: string | undefined;
}

export interface PictureOptions {
  readonly minPixels: number;
  readonly maxPixels: number;
  readonly imageCacheBytes: number;
  readonly latency: Latency;
  /** Called for every look-up in the cache. */
  readonly onLookUp: (hit: boolean) => void;
}

/** Preprocessing with vLLM's processor cache: one LRU for all requests, keyed by uuid or by content. */
export interface Pictures {
  /**
   * The preprocessed picture and what it cost on the render thread. The key decides: other bytes under a
   * known uuid silently give the old picture, as on a real vLLM.
   *
   * @throws {ApiError} for what is no picture, and for a uuid that the cache does not know.
   */
  load(part: PicturePart, index: number): { readonly item: ImageItem; readonly ms: number };
  flush(): void;
}

/** Pixels of one patch, a byte each: 3 channels × 2 frames × 14 × 14. */
const BYTES_PER_PATCH = 1176;
/** How long a real vLLM tried to reach a picture's http address before it gave up. */
const UNREACHABLE_MS = 14_000;
/** Share of the work that is left when the preprocessed picture is known: decoding the bytes. */
const DECODE_SHARE = 0.4;

/** Makes an empty processor cache. */
export function createPictures(options: PictureOptions): Pictures {
  const cache = createLru<ImageItem>(options.imageCacheBytes);
  return {
    flush: () => cache.clear(),
    load({ url, uuid }, index) {
      if (url === undefined && uuid === undefined)
        throw badRequest(
          `multi_modal_data['image'][${index}] is empty but multi_modal_uuids['image'][${index}] is missing.`,
        );
      const bytes = url ? fetchBytes(url) : undefined;
      const size = bytes === undefined ? undefined : decode(bytes);
      const key = uuid ?? (bytes === undefined ? "" : hash("sha256", bytes));
      const known = cache.get(key);
      const ms = size === undefined ? 0 : options.latency.picture(size.width * size.height);
      options.onLookUp(known !== undefined);
      if (known !== undefined) return { item: known, ms: ms * DECODE_SHARE };
      if (bytes === undefined || size === undefined)
        throw badRequest(`Cache miss for image at index ${index} but data is not provided.`);
      const resized = resize(size.width, size.height, options);
      const item = { key, keyHash: hashText(key), resized, width: size.width, height: size.height, bytes };
      cache.set(key, item, resized.patches * BYTES_PER_PATCH);
      return { item, ms };
    },
  };
}

function fetchBytes(url: string): Buffer {
  const data = /^data:[^,]*;base64,/.exec(url.slice(0, 256));
  if (data !== null) {
    const base64 = url.slice(data[0].length);
    if (!/^[\w+/=-]*$/.test(base64)) throw badRequest("Non-base64 digit found");
    return Buffer.from(base64, "base64");
  }
  if (url.startsWith("data:"))
    throw new ApiError(501, "NotImplementedError", "Only base64 data URLs are supported for now.");
  if (/^https?:/.test(url)) throw internalError({ afterMs: UNREACHABLE_MS });
  if (url.startsWith("file:"))
    throw new ApiError(
      500,
      "InternalServerError",
      "Cannot load local files without `--allowed-local-media-path`.",
      null,
      { outside: true },
    );
  throw badRequest("The URL must be either a HTTP, data or file URL.");
}

function decode(bytes: Buffer): { readonly width: number; readonly height: number } {
  const header = readPictureHeader(bytes);
  if (header === undefined)
    throw badRequest("Failed to load image: cannot identify image file <_io.BytesIO object>");
  if (header.truncated) {
    const left = bytes.length % 64;
    throw badRequest(`Failed to load image: image file is truncated (${left} bytes not processed)`);
  }
  return header;
}

function resize(width: number, height: number, options: PictureOptions): ImageItem["resized"] {
  try {
    return smartResize(width, height, options);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}
