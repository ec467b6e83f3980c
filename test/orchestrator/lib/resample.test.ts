import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createResampler } from "../../../orchestrator/lib/resample.ts";
import { joinSamples } from "../../../orchestrator/lib/samples.ts";
import { cutUp, rms, sine } from "./sine.ts";

function resampled(samples: Int16Array, from: number, to: number, lengths: readonly number[]): Int16Array {
  const resampler = createResampler(from, to);
  const pieces = cutUp(samples, lengths).map((piece) => resampler.push(piece));
  return joinSamples([...pieces, resampler.flush()]);
}

describe("createResampler", () => {
  it.each([
    [22_050, 24_000, 1000],
    [24_000, 16_000, 3000],
    [24_000, 48_000, 5000],
    [16_000, 24_000, 300],
    [44_100, 24_000, 7000],
  ])("keeps a tone as it is, in time and in loudness: %i → %i Hz, %i Hz", (from, to, hz) => {
    const out = resampled(sine(hz, from, 500), from, to, [480]);
    const wanted = sine(hz, to, 500);
    expect(out.length).toBe(wanted.length);
    const edge = Math.round(to / 100);
    const error = out.subarray(edge, -edge).map((sample, index) => sample - (wanted[edge + index] ?? 0));
    expect(rms(error)).toBeLessThan(5);
  });

  it("lets nothing through that the lower rate cannot hold", () => {
    expect(rms(resampled(sine(15_000, 48_000, 300), 48_000, 24_000, [960]).subarray(240, -240))).toBeLessThan(
      5,
    );
  });

  it("gives the same however the sound is cut", () => {
    const samples = sine(700, 22_050, 60);
    const whole = resampled(samples, 22_050, 24_000, [samples.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }), (lengths) => {
        expect(resampled(samples, 22_050, 24_000, lengths)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it("copies at an equal rate, and survives having nothing to do", () => {
    const samples = sine(700, 24_000, 20);
    expect(resampled(samples, 24_000, 24_000, [100])).toEqual(samples);
    expect(createResampler(24_000, 16_000).flush()).toHaveLength(0);
  });

  it("clips what overshoots instead of wrapping it around", () => {
    const square = Int16Array.from({ length: 2400 }, (_, index) => (index % 40 < 20 ? 32_767 : -32_768));
    const out = resampled(square, 24_000, 48_000, [480]);
    const flips = out.filter((sample, index) => Math.abs(sample - (out[index - 1] ?? sample)) > 50_000);
    expect(flips).toHaveLength(0);
  });
});
