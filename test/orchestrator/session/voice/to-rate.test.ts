import { expect, test } from "vitest";
import { earcon } from "../../../../orchestrator/session/voice/earcons.ts";
import { toRate } from "../../../../orchestrator/session/voice/to-rate.ts";

test.each([8000, 24_000, 48_000])("an earcon at %d Hz lasts as long and is as loud", (sampleRate) => {
  const sound = earcon("thinking");
  const other = toRate(sound, sampleRate);
  expect(other.sampleRate).toBe(sampleRate);
  expect(other.samples.length / sampleRate).toBeCloseTo(sound.samples.length / sound.sampleRate, 2);
  const peak = (samples: Int16Array): number =>
    samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
  expect(peak(other.samples) / peak(sound.samples)).toBeCloseTo(1, 1);
});

test("at its own rate it stays as it is", () => {
  expect(toRate(earcon("ended"), 16_000)).toBe(earcon("ended"));
});
