import { describe, expect, it } from "vitest";
import { durationMs } from "../../../../orchestrator/lib/pcm.ts";
import { earcon, type Earcon } from "../../../../orchestrator/session/voice/earcons.ts";

const ALL: readonly Earcon[] = ["thinking", "camera-muted", "text-only", "ended", "error"];
/** −12 dBFS. */
const LOUDEST = 32_768 * 10 ** (-12 / 20);

/** Power of one frequency in the samples (Goertzel). */
function power(samples: Int16Array, hz: number): number {
  const twice = 2 * Math.cos((2 * Math.PI * hz) / 16_000);
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + twice * last - before, last];
  return (last * last + before * before - twice * last * before) / samples.length ** 2;
}

/** The strongest pitch in Hz, to the nearest 10. */
function pitch(samples: Int16Array): number {
  const pitches = Array.from({ length: 120 }, (_, index) => 200 + 10 * index);
  return pitches.reduce((best, hz) => (power(samples, hz) > power(samples, best) ? hz : best));
}

describe.each(ALL)("the sound of %s", (name) => {
  const { samples, sampleRate } = earcon(name);

  it("is short, at the rate of the spoken notices", () => {
    expect(sampleRate).toBe(16_000);
    expect(durationMs(earcon(name))).toBeLessThanOrEqual(200);
    expect(durationMs(earcon(name))).toBeGreaterThanOrEqual(80);
  });

  it("is heard, and is never louder than −12 dBFS", () => {
    const peak = samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
    expect(peak).toBeLessThanOrEqual(LOUDEST);
    expect(peak).toBeGreaterThan(LOUDEST / 4);
  });

  it("does not click: it begins and ends in silence and makes no jump", () => {
    expect([samples.at(0), samples.at(-1)].every((sample) => Math.abs(sample!) <= 2)).toBe(true);
    const steepest = samples.reduce(
      (most, sample, at) => Math.max(most, Math.abs(sample - (samples[at - 1] ?? 0))),
      0,
    );
    expect(steepest).toBeLessThan((2 * Math.PI * 1100 * LOUDEST) / 16_000 / 1.8);
    expect(Math.abs(samples[20]!)).toBeLessThan(LOUDEST / 8);
  });

  it("has no direct current", () => {
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    expect(Math.abs(mean)).toBeLessThan(20);
  });

  it("is the same sound each time", () => {
    expect(earcon(name)).toBe(earcon(name));
  });
});

it("each is told from the others by its pitches", () => {
  const half = (name: Earcon, from: number): number => {
    const { samples } = earcon(name);
    return pitch(samples.subarray(from * samples.length * 0.5, (from + 1) * samples.length * 0.5));
  };
  const melodies = ALL.map((name) => [half(name, 0), half(name, 1)] as const);
  melodies.forEach(([begin, end], at) => {
    for (const [otherBegin, otherEnd] of melodies.slice(at + 1)) {
      expect(Math.max(Math.abs(begin - otherBegin), Math.abs(end - otherEnd))).toBeGreaterThanOrEqual(100);
    }
  });
  expect(half("text-only", 1)).toBeGreaterThan(half("text-only", 0));
  expect(half("ended", 1)).toBeLessThan(half("ended", 0));
});
