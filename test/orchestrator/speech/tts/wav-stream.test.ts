import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpeechFault } from "../../../../orchestrator/speech/fault.ts";
import { readWavHead, toRate } from "../../../../orchestrator/speech/tts/wav-stream.ts";
import { wavHead } from "./wav-head.ts";

const LIST = Buffer.concat([Buffer.from("LIST"), Buffer.from([3, 0, 0, 0]), Buffer.from("abc\0")]);

describe("readWavHead", () => {
  it("asks for more until the head is whole", () => {
    const head = wavHead(22_050, { extra: LIST });
    for (let length = 0; length < head.length; length++)
      expect(readWavHead(head.subarray(0, length))).toBeUndefined();
    expect(readWavHead(Buffer.concat([head, Buffer.alloc(9)]))).toEqual({
      sampleRate: 22_050,
      bytes: head.length,
    });
  });

  it.each([
    ["no WAV", Buffer.from("<html><body>no")],
    ["stereo", wavHead(24_000, { channels: 2 })],
    ["8 bit", wavHead(24_000, { bits: 8 })],
    ["float", wavHead(24_000, { format: 3 })],
    ["an impossible rate", wavHead(1)],
    ["an endless chunk", Buffer.concat([Buffer.from("RIFF....WAVELIST"), Buffer.from([255, 255, 255, 127])])],
    ["sound before its format", Buffer.concat([Buffer.from("RIFF....WAVEdata"), Buffer.alloc(4)])],
  ])("refuses %s", (_, bytes) => {
    expect(() => readWavHead(bytes)).toThrow(SpeechFault);
  });

  it("throws nothing but its own fault, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const whole = Buffer.concat([Buffer.from("RIFF1234WAVE"), bytes]);
        try {
          readWavHead(whole);
        } catch (error) {
          expect(error).toBeInstanceOf(SpeechFault);
        }
      }),
    );
  });
});

describe("toRate", () => {
  it("takes what voices have and refuses the rest", () => {
    expect(toRate(16_000)).toBe(16_000);
    for (const rate of [0, 1, 96_000, Number.NaN]) expect(() => toRate(rate)).toThrow(SpeechFault);
  });
});
