import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  chat,
  type Check,
  expectError,
  fullBlocks,
  needs,
  picture,
  system,
  text,
  user,
} from "./contract-vllm-target.ts";
import { jpegUrl, usageOf } from "./contract-vllm-wire.ts";

/** More KV memory than this takes too long to fill. */
const MOST_KV_TOKENS = 20_000;
/** A picture of 644 × 476 in the processor cache: 1176 bytes for each patch of 14 × 14. */
const PICTURE_BYTES = 46 * 34 * 1176;
/** Text of a filling prompt, repeated: at most a token a character. */
const FILLING = "word ".repeat(400);

/** What becomes of pictures and blocks when memory is full. */
export const eviction: readonly Check[] = [
  {
    name: "an evicted picture: its uuid is unknown, until the bytes come again",
    leftOut: needs("pictureCacheGb"),
    async run(target) {
      const cache_salt = randomUUID();
      const say = (part: object) => chat(target, [system, user([part, text("What is it?")])], { cache_salt });
      const uuid = randomUUID();
      const url = await jpegUrl(644, 476);
      const first = usageOf(await say(picture(url, uuid)));
      assert.equal((await say(picture(null, uuid))).status, 200);
      const room = Math.floor(((target.pictureCacheGb ?? 0) * 1024 ** 3) / PICTURE_BYTES);
      let newest = uuid;
      for (let nth = 0; nth < room; nth += 1) {
        newest = randomUUID();
        assert.equal(
          (await say(picture(await jpegUrl(644, 476, { r: nth, g: 9, b: 9 }), newest))).status,
          200,
        );
      }
      assert.equal((await say(picture(null, newest))).status, 200);
      const miss = "Cache miss for image at index 0 but data is not provided.";
      expectError(await say(picture(null, uuid)), 400, "BadRequestError", miss);
      const again = usageOf(await say(picture(url, uuid)));
      assert.equal(again.cached, fullBlocks(target, first.prompt - 1), "the prefix is kept apart from it");
      assert.equal((await say(picture(null, uuid))).status, 200);
    },
  },
  {
    name: "evicted blocks are computed again: a cold answer, and a hit from then on",
    leftOut: ({ kvTokens }) =>
      kvTokens > MOST_KV_TOKENS
        ? `needs at most ${MOST_KV_TOKENS} tokens of KV memory, not ${kvTokens}`
        : undefined,
    async run(target) {
      const cache_salt = randomUUID();
      const say = async () => usageOf(await chat(target, [system, user("What is here?")], { cache_salt }));
      const first = await say();
      const whole = fullBlocks(target, first.prompt - 1);
      assert.equal((await say()).cached, whole);
      for (let filled = 0; filled < target.kvTokens;) {
        const { prompt } = usageOf(await chat(target, [user(FILLING)], { cache_salt: randomUUID() }));
        assert(prompt > 0);
        filled += fullBlocks(target, prompt);
      }
      assert.equal((await say()).cached, 0);
      assert.equal((await say()).cached, whole);
    },
  },
];
