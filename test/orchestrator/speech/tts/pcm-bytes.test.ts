import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinSamples } from "../../../../orchestrator/lib/samples.ts";
import { createSampleReader, pcmParts } from "../../../../orchestrator/speech/tts/pcm-bytes.ts";
import { readWavHead } from "../../../../orchestrator/speech/tts/wav-stream.ts";
import { wavHead } from "./wav-head.ts";

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

describe("pcmParts", () => {
  async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  }

  it.each([1, 3, 8, 44, 1000])(
    "finds the sound behind the head of a stream cut every %i bytes",
    async (length) => {
      const values = [1, -2, 300, -32_768];
      const bytes = Buffer.concat([wavHead(16_000), Buffer.from(Int16Array.from(values).buffer)]);
      const samples: number[] = [];
      for await (const { audio } of pcmParts(inPieces(bytes, length), readWavHead)) {
        expect(audio.sampleRate).toBe(16_000);
        expect(audio.samples.length).toBeGreaterThan(0);
        samples.push(...audio.samples);
      }
      expect(samples).toEqual(values);
    },
  );
});
