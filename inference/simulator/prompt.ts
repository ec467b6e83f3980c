import { hashBlock, hashText, ROOT_HASH } from "./hash.ts";
import type { ResizedPicture } from "./smart-resize.ts";

/** A preprocessed picture, as the processor cache keeps it. */
export interface ImageItem {
  /** The request's uuid, else a digest of the encoded bytes. */
  readonly key: string;
  /** Hash of the key, as blocks use it. */
  readonly keyHash: number;
  readonly resized: ResizedPicture;
  /** Size as sent, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Encoded bytes, for the one question that is answered from the pixels. */
  readonly bytes: Buffer;
}

/** A picture in a prompt: `offset` is the position of its first token, `tokens` their number. */
export interface PlacedImage {
  readonly item: ImageItem;
  readonly offset: number;
  readonly tokens: number;
}

/** A request's prompt in tokens. */
export interface Prompt {
  readonly ids: readonly number[];
  /** In order of their offset. */
  readonly images: readonly PlacedImage[];
  readonly salt: string | undefined;
}

/**
 * Adds the hashes of the full blocks of `ids` that `hashes` still lacks. `hash(block) = H(parent, ids,
 * extra)`, extra being the pictures that overlap the block with their relative offsets, and the salt in
 * block 0 (vllm/v1/core/kv_cache_utils.py).
 */
export function extendHashes(
  hashes: number[],
  ids: readonly number[],
  prompt: Prompt,
  blockSize: number,
): void {
  for (let block = hashes.length; (block + 1) * blockSize <= ids.length; block += 1) {
    const start = block * blockSize;
    const extra: number[] = [];
    for (const image of prompt.images) {
      if (image.offset >= start + blockSize) break;
      if (image.offset + image.tokens > start) extra.push(image.item.keyHash, image.offset - start);
    }
    if (block === 0 && prompt.salt !== undefined) extra.push(hashText(`salt ${prompt.salt}`));
    hashes.push(hashBlock(hashes[block - 1] ?? ROOT_HASH, ids, start, start + blockSize, extra));
  }
}
