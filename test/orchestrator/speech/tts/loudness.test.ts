import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { audibleEnd, firstAudible, isGarbage } from "../../../../orchestrator/speech/tts/loudness.ts";
import { synthesise } from "../../../standins/speech/synthesise.ts";
import { sine } from "../../lib/sine.ts";

const RATE = 24_000;

describe("firstAudible and audibleEnd", () => {
  it("find the sound between silences to 5 ms", () => {
    const samples = new Int16Array(RATE);
    samples.set(sine(300, RATE, 200), RATE / 4);
    expect(Math.abs(firstAudible(samples, RATE) - RATE / 4)).toBeLessThanOrEqual(120);
    expect(Math.abs(audibleEnd(samples, RATE) - (RATE / 4 + RATE / 5))).toBeLessThanOrEqual(120);
  });

  it("take a noise floor for silence", () => {
    const hiss = Int16Array.from({ length: RATE }, (_, index) => ((index * 7919) % 61) - 30);
    expect(firstAudible(hiss, RATE)).toBe(-1);
    expect(audibleEnd(hiss, RATE)).toBe(0);
    expect(firstAudible(new Int16Array(), RATE)).toBe(-1);
  });
});

describe("isGarbage", () => {
  it("knows random bytes and byte-swapped speech from speech", async () => {
    const { samples } = await synthesise("Six sheep stood still, she said sharply.");
    const loud = samples.map((sample) => Math.max(-32_768, Math.min(32_767, sample * 3)));
    for (let at = 0; at + 480 <= loud.length; at += 480)
      expect(isGarbage(loud.subarray(at, at + 480))).toBe(false);
    const noise = new Int16Array(new Uint8Array(randomBytes(960)).buffer);
    expect(isGarbage(noise)).toBe(true);
    const swapped = new Int16Array(
      new Uint8Array(Buffer.from(samples.slice(4000, 4800).buffer).swap16()).buffer,
    );
    expect(isGarbage(swapped)).toBe(true);
  });
});
