import { createLru } from "./lru.ts";
import type { PlacedImage } from "./prompt.ts";

/** The vision encoder's outputs that the GPU still holds, shared by all requests. */
export interface EncoderCache {
  /** A new step may encode as many embeddings as the cache holds. */
  startStep(): void;
  /**
   * How many of the `wanted` tokens from position `computed` on can be computed in this step: up to the
   * first picture that the step's encoder budget cannot take. Adds the patches of each picture that must
   * be encoded to `pictures`.
   */
  admit(images: readonly PlacedImage[], computed: number, wanted: number, pictures: number[]): number;
  /** Pictures held. */
  readonly size: number;
}

/** An encoder cache, and a step's encoder budget, of `embeddings` (vLLM: `max_num_batched_tokens`). */
export function createEncoderCache(embeddings: number): EncoderCache {
  const held = createLru<true>(embeddings);
  let budget = embeddings;
  return {
    startStep() {
      budget = embeddings;
    },
    admit(images, computed, wanted, pictures) {
      for (const image of images) {
        if (image.offset >= computed + wanted) break;
        if (image.offset + image.tokens <= computed || held.get(image.item.key)) continue;
        // a picture larger than the whole cache still gets a step of its own, as vLLM sizes its budget so
        if (image.tokens > budget && !(budget === embeddings && image.tokens > embeddings))
          return Math.max(0, image.offset - computed);
        budget -= image.tokens;
        held.set(image.item.key, true, image.tokens);
        pictures.push(image.item.resized.patches);
      }
      return wanted;
    },
    get size() {
      return held.size;
    },
  };
}
