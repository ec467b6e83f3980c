import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashText } from "../../../inference/simulator/hash.ts";
import { profiles } from "../../../inference/simulator/profiles.ts";
import type { ImageItem, PlacedImage } from "../../../inference/simulator/prompt.ts";
import { ask, BLOCK, createTestScheduler, ids, submit } from "./test-scheduler.ts";

const item = (key: string, tokens: number): ImageItem => ({
  key,
  keyHash: hashText(key),
  resized: { width: 28, height: 28 * tokens, tokens, patches: tokens * 4 },
  width: 28,
  height: 28,
  bytes: Buffer.alloc(0),
});
const withImage = (
  key: string,
  offset: number,
  tokens: number,
  length: number,
): { ids: number[]; images: PlacedImage[] } => ({
  ids: ids(length).map((id) => (id >= offset && id < offset + tokens ? 151_655 : id)),
  images: [{ item: item(key, tokens), offset, tokens }],
});

const anyPrompt = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 200 });
const quick = { numRuns: 60 };

describe("prefix cache rules", () => {
  it("a hit is 16 · ⌊min(match, n − 1) / 16⌋, for any history of prompts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPrompt, { minLength: 1, maxLength: 6 }), async (prompts) => {
        const { scheduler } = createTestScheduler();
        const seen: number[][] = [];
        for (const prompt of prompts) {
          const { cached } = await ask(scheduler, { ids: prompt });
          const match = Math.max(0, ...seen.map((other) => commonPrefix(other, prompt)));
          expect(cached).toBe(BLOCK * Math.floor(Math.min(match, prompt.length - 1) / BLOCK));
          seen.push(prompt);
        }
      }),
      quick,
    );
  });

  it("an appended prompt hits the whole former one, its answer included", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPrompt,
        anyPrompt,
        fc.integer({ min: 1, max: 40 }),
        async (prompt, more, maxTokens) => {
          const { scheduler } = createTestScheduler();
          const first = await ask(scheduler, { ids: prompt }, { maxTokens });
          const next = [...first.ids, ...more];
          const { cached } = await ask(scheduler, { ids: next });
          // the last sampled token was never computed
          const computed = first.ids.length - 1;
          expect(cached).toBe(BLOCK * Math.floor(Math.min(computed, next.length - 1) / BLOCK));
        },
      ),
      quick,
    );
  });

  it("another salt hits nothing, the same salt everything", async () => {
    const { scheduler } = createTestScheduler();
    await ask(scheduler, { ids: ids(100), salt: "a" });
    expect((await ask(scheduler, { ids: ids(100), salt: "b" })).cached).toBe(0);
    expect((await ask(scheduler, { ids: ids(100) })).cached).toBe(0);
    expect((await ask(scheduler, { ids: ids(100), salt: "a" })).cached).toBe(96);
  });

  it("another picture in the same place hits what stands before its first block, and nothing after", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 80 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 60 }),
        async (offset, tokens, tail) => {
          const { scheduler } = createTestScheduler();
          const length = offset + tokens + tail;
          await ask(scheduler, withImage("a", offset, tokens, length));
          const other = await ask(scheduler, withImage("b", offset, tokens, length));
          expect(other.cached).toBe(BLOCK * Math.floor(Math.min(offset, length - 1) / BLOCK));
          const same = await ask(scheduler, withImage("a", offset, tokens, length));
          expect(same.cached).toBe(BLOCK * Math.floor((length - 1) / BLOCK));
        },
      ),
      quick,
    );
  });

  it("the same picture moved by a token hits nothing of its own", async () => {
    const { scheduler } = createTestScheduler();
    await ask(scheduler, withImage("a", 32, 40, 100));
    expect((await ask(scheduler, withImage("a", 33, 40, 100))).cached).toBe(32);
  });

  it("a prompt hits its own prefill while that still runs", async () => {
    const slow = { ...profiles.zero, perTokenMs: 0.05 };
    const { scheduler } = createTestScheduler({ profile: slow, maxNumBatchedTokens: 64 });
    const prefill = submit(scheduler, { ids: ids(640) });
    await new Promise((resolve) => void setTimeout(resolve, 10));
    const question = await ask(scheduler, { ids: [...ids(640), 7, 8, 9] });
    expect(question.cached).toBeGreaterThan(0);
    await prefill.done;
  });

  it("an aborted prefill leaves its blocks behind", async () => {
    const slow = { ...profiles.zero, perTokenMs: 0.05 };
    const { scheduler } = createTestScheduler({ profile: slow, maxNumBatchedTokens: 64 });
    const { request } = submit(scheduler, { ids: ids(640) });
    await new Promise((resolve) => void setTimeout(resolve, 8));
    scheduler.abort(request);
    expect(scheduler.running).toBe(0);
    expect(scheduler.kvUsage).toBe(0);
    const { cached } = await ask(scheduler, { ids: ids(640) });
    expect(cached).toBeGreaterThanOrEqual(64);
  });

  it("forgets the oldest prompts when KV memory is full, and only then", async () => {
    const { scheduler } = createTestScheduler({ kvTokens: 256 });
    for (const from of [0, 1000, 2000]) await ask(scheduler, { ids: ids(80, from) });
    expect((await ask(scheduler, { ids: ids(80) })).cached).toBe(64);
    await ask(scheduler, { ids: ids(80, 3000) });
    // what was given back first is reused first, and of a prompt its tail before its head
    expect((await ask(scheduler, { ids: ids(80, 1000) })).cached).toBe(16);
    expect((await ask(scheduler, { ids: ids(80) })).cached).toBe(64);
  });
});

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
