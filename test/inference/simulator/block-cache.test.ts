import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, BlockCache } from "../../../inference/simulator/block-cache.ts";

type Step =
  | { readonly type: "take"; readonly prefix: number; readonly length: number; readonly fresh: number }
  | { readonly type: "release"; readonly which: number };

const step = fc.oneof(
  fc.record({
    type: fc.constant("take" as const),
    prefix: fc.integer({ min: 0, max: 3 }),
    length: fc.integer({ min: 0, max: 5 }),
    fresh: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({ type: fc.constant("release" as const), which: fc.nat(20) }),
);

/** Hashes of prompt number `prefix`: block `n` of every prompt has its own. */
const hashesOf = (prefix: number, length: number): number[] =>
  Array.from({ length }, (_, index) => prefix * 100 + index);

describe("BlockCache", () => {
  it("never exceeds its capacity, never evicts what is in use, and finds what it says it holds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(step, { maxLength: 60 }),
        (capacity, steps: Step[]) => {
          const cache = new BlockCache(capacity);
          const inUse: { blocks: Block[]; hashes: Map<Block, number> }[] = [];
          for (const one of steps) {
            if (one.type === "release") {
              const [user] = inUse.splice(one.which % Math.max(1, inUse.length), 1);
              if (user !== undefined) cache.release(user.blocks);
            } else {
              const hashes = hashesOf(one.prefix, one.length);
              const hits = cache.match(hashes, hashes.length);
              const taken = cache.take(hits, one.fresh);
              if (taken === undefined) {
                const distinct = new Set(inUse.flatMap(({ blocks }) => blocks));
                for (const hit of hits) distinct.add(hit);
                expect(distinct.size + one.fresh).toBeGreaterThan(capacity);
              } else {
                const known = new Map(hits.map((block, index) => [block, hashes[index] ?? -1]));
                taken.forEach((block, index) => {
                  const hash = one.prefix * 100 + hits.length + index;
                  cache.register(block, hash);
                  if (block.hash === hash) known.set(block, hash);
                });
                inUse.push({ blocks: [...hits, ...taken], hashes: known });
              }
            }
            const referenced = new Set(inUse.flatMap(({ blocks }) => blocks));
            expect(cache.referenced).toBe(referenced.size);
            expect(cache.referenced).toBeLessThanOrEqual(capacity);
            expect(cache.findable).toBeLessThanOrEqual(capacity);
            for (const { hashes } of inUse)
              for (const [block, hash] of hashes) expect(cache.match([hash], 1)[0]).toBe(block);
          }
          for (const { blocks } of inUse) cache.release(blocks);
          expect(cache.referenced).toBe(0);
        },
      ),
    );
  });

  it("reuses blocks in the order in which they were given back, a request's last block first", () => {
    const cache = new BlockCache(6);
    const fill = (prefix: number): Block[] => {
      const blocks = cache.take([], 2) ?? [];
      blocks.forEach((block, index) => cache.register(block, prefix * 100 + index));
      return blocks;
    };
    const [a, b, c] = [fill(0), fill(1), fill(2)];
    cache.release(b);
    cache.release(a);
    cache.release(c);
    cache.take([], 1);
    expect(cache.match(hashesOf(1, 2), 2)).toHaveLength(1);
    cache.take([], 1);
    expect(cache.match(hashesOf(1, 2), 2)).toHaveLength(0);
    expect(cache.match(hashesOf(0, 2), 2)).toHaveLength(2);
    cache.take([], 1);
    expect(cache.match(hashesOf(0, 2), 2)).toHaveLength(1);
  });

  it("a hit makes a block the most recently used one", () => {
    const cache = new BlockCache(2);
    const [first, second] = cache.take([], 2) ?? [];
    cache.register(first as Block, 1);
    cache.register(second as Block, 2);
    cache.release([first as Block]);
    cache.release([second as Block]);
    cache.take(cache.match([1], 1), 0);
    cache.release([first as Block]);
    cache.take([], 1);
    expect(cache.match([1], 1)).toEqual([first]);
    expect(cache.match([2], 1)).toEqual([]);
  });

  it("forgets on flush what is not in use", () => {
    const cache = new BlockCache(3);
    const [kept, idle] = cache.take([], 2) ?? [];
    cache.register(kept as Block, 1);
    cache.register(idle as Block, 2);
    cache.release([idle as Block]);
    cache.flush();
    expect(cache.match([1], 1)).toHaveLength(1);
    expect(cache.match([2], 1)).toHaveLength(0);
  });
});
