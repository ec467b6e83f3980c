import fc from "fast-check";
import { expect, test } from "vitest";
import { createBatches, toBytes } from "../../../../orchestrator/speech/stt/samples.ts";

test("audio is cut into messages of one size, in order, and the rest comes with a flush", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 30 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      (lengths, size) => {
        const sent: number[][] = [];
        const batches = createBatches(size, (samples) => sent.push(Array.from(samples)));
        let next = 0;
        for (const length of lengths) batches.push(Int16Array.from({ length }, () => next++));
        expect(sent.every(({ length }) => length === size)).toBe(true);
        batches.flush();
        batches.flush();
        expect(sent.flat()).toEqual(Array.from({ length: next }, (_, index) => index));
      },
    ),
  );
});

test("bytes are the samples' own, of a view too, and a copy", () => {
  const all = Int16Array.of(1, -2, 258, 4);
  const bytes = toBytes(all.subarray(1, 3));
  all.fill(0);
  expect(Array.from(bytes)).toEqual([254, 255, 2, 1]);
});
