import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../orchestrator/errors.ts";
import { writeWav } from "../../../../orchestrator/lib/wav.ts";
import { readWav } from "../../../../orchestrator/session/voice/notices-wav.ts";

const sounds = fc.record({
  samples: fc.int16Array({ maxLength: 200 }),
  sampleRate: fc.constantFrom(8000, 16_000, 22_050),
});

describe("WAV files", () => {
  it("hold what was written", () => {
    fc.assert(
      fc.property(sounds, (sound) => {
        expect(readWav(writeWav(sound))).toEqual(sound);
      }),
    );
  });

  it("of a program that writes to a pipe end with the file, and other chunks are passed over", () => {
    const bytes = writeWav({ samples: Int16Array.of(5, 6, 7), sampleRate: 22_050 });
    const endless = Buffer.from(bytes);
    endless.writeUInt32LE(0x7fff_f000, 40);
    expect(readWav(endless).samples).toEqual(Int16Array.of(5, 6, 7));
    const odd = Buffer.from("LIST\x03\0\0\0abc\0", "latin1");
    const withList = Buffer.concat([endless.subarray(0, 12), odd, endless.subarray(12)]);
    expect(readWav(withList).samples).toEqual(Int16Array.of(5, 6, 7));
  });

  it.each<readonly [string, (bytes: Buffer) => void]>([
    ["stereo", (bytes) => bytes.writeUInt16LE(2, 22)],
    ["8 bits", (bytes) => bytes.writeUInt16LE(8, 34)],
    ["floats", (bytes) => bytes.writeUInt16LE(3, 20)],
    ["no format", (bytes) => bytes.write("fmt?", 12)],
    ["no RIFF", (bytes) => bytes.write("RIFX", 0)],
  ])("are refused: %s", (_what, spoil) => {
    const bytes = Buffer.from(writeWav({ samples: Int16Array.of(1), sampleRate: 16_000 }));
    spoil(bytes);
    expect(() => readWav(bytes)).toThrow(InputError);
  });

  it("of any bytes are read or refused, and never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (noise, keep) => {
        const bytes = writeWav({ samples: Int16Array.of(1, 2), sampleRate: 16_000 }).slice(0, keep);
        try {
          readWav(Buffer.concat([bytes, noise]));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});
