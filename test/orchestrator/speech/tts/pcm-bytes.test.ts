import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinSamples } from "../../../../orchestrator/lib/samples.ts";
import { createSampleReader } from "../../../../orchestrator/speech/tts/pcm-bytes.ts";

describe("createSampleReader", () => {
  it("puts samples together again wherever their bytes were cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32_768, max: 32_767 })),
        fc
          .array(fc.nat(7), { minLength: 1, maxLength: 6 })
          .filter((lengths) => lengths.some((each) => each > 0)),
        (values, lengths) => {
          const bytes = Buffer.from(Int16Array.from(values).buffer);
          const reader = createSampleReader();
          const pieces: Int16Array[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const length = lengths[turn % lengths.length] ?? 1;
            pieces.push(reader.push(bytes.subarray(at, at + length)));
            at += length;
          }
          expect([...joinSamples(pieces)]).toEqual(values);
        },
      ),
    );
  });

  it("keeps no hold of the bytes that it was given", () => {
    const bytes = Buffer.from([1, 0, 2, 0]);
    const samples = createSampleReader().push(bytes);
    bytes.fill(9);
    expect([...samples]).toEqual([1, 2]);
    expect(samples.buffer.byteLength).toBe(4);
  });
});
