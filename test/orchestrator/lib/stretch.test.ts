import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinSamples } from "../../../orchestrator/lib/samples.ts";
import { createStretcher } from "../../../orchestrator/lib/stretch.ts";
import { cutUp, pitchOf, rms, sine } from "./sine.ts";

const RATE = 24_000;

function stretched(samples: Int16Array, factor: number, lengths: readonly number[]): Int16Array {
  const stretcher = createStretcher(factor, RATE);
  const pieces = cutUp(samples, lengths).map((piece) => stretcher.push(piece));
  return joinSamples([...pieces, stretcher.flush()]);
}

describe("createStretcher", () => {
  it.each([0.5, 0.7, 1.25, 1.67, 2])("changes the length by %f and leaves pitch and loudness", (factor) => {
    const samples = sine(220, RATE, 1000);
    const out = stretched(samples, factor, [480]);
    expect(out.length).toBeCloseTo(samples.length / factor, -1);
    expect(Math.abs(pitchOf(out, RATE) - 220)).toBeLessThan(5);
    expect(rms(out) / rms(samples)).toBeGreaterThan(0.9);
    expect(rms(out) / rms(samples)).toBeLessThan(1.1);
  });

  it("keeps the order and the place of sounds: a burst stays where it belongs", () => {
    const samples = new Int16Array(RATE);
    samples.set(sine(300, RATE, 100), RATE / 2);
    const out = stretched(samples, 2, [480]);
    const first = out.findIndex((sample) => Math.abs(sample) > 2000);
    const last = out.findLastIndex((sample) => Math.abs(sample) > 2000);
    expect(Math.abs((first / RATE) * 1000 - 250)).toBeLessThan(25);
    expect(Math.abs((last / RATE) * 1000 - 300)).toBeLessThan(25);
  });

  it("gives the same however the sound is cut", () => {
    const samples = sine(150, RATE, 150);
    const whole = stretched(samples, 1.6, [samples.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 6 }), (lengths) => {
        expect(stretched(samples, 1.6, lengths)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it("gives its sound on while more comes: it holds back less than 60 ms", () => {
    const stretcher = createStretcher(1.5, RATE);
    const out = stretcher.push(sine(200, RATE, 300));
    expect(300 / 1.5 - (out.length / RATE) * 1000).toBeLessThan(60);
  });

  it("survives having nothing or next to nothing to do", () => {
    expect(createStretcher(2, RATE).flush()).toHaveLength(0);
    expect(stretched(sine(200, RATE, 5), 2, [10])).toHaveLength(60);
  });
});
