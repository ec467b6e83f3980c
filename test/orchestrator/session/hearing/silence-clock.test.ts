import fc from "fast-check";
import { expect, test } from "vitest";
import { createSilenceClock, HEARING_RATE } from "../../../../orchestrator/session/hearing/silence-clock.ts";
import { synthesise } from "../../../standins/speech/synthesise.ts";

const FRAME = 320;
/** Less than half a frame of 10 ms, which the counting of frames adds on average. */
const UNHEARD_MS = 0.5;
/** Each word, in each noise. */
const TIMES = 5;
const noise = (length: number, peak: number): Int16Array =>
  Int16Array.from({ length }, (_, index) => (index % 2 ? peak : -peak));

/** Feeds audio frame by frame, as if it came in real time. */
function feed(clock: ReturnType<typeof createSilenceClock>, samples: Int16Array, speaking = false): void {
  for (let at = 0; at < samples.length; at += FRAME) {
    const frame = samples.slice(at, at + FRAME);
    clock.push(frame, ((clock.received() + frame.length) / HEARING_RATE) * 1000, speaking);
  }
}

test("silence is counted to the sample from the last loud one, wherever it stands in a frame", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: FRAME - 1 }), fc.nat(60), (tail, frames) => {
      const clock = createSilenceClock();
      const last = new Int16Array(FRAME);
      last.fill(2000, 0, FRAME - tail);
      feed(clock, new Int16Array(FRAME * 5));
      feed(clock, last, true);
      feed(clock, new Int16Array(FRAME * frames));
      expect(clock.silentMs()).toBeCloseTo((tail + frames * FRAME) / 16, 6);
      expect(clock.lastLoudAtMs()).toBeCloseTo((FRAME * 6 - tail) / 16, 6);
    }),
  );
});

test("before the first sound all is silence", () => {
  const clock = createSilenceClock();
  feed(clock, noise(FRAME * 10, 100));
  expect(clock.silentMs()).toBe(Infinity);
  expect(clock.lastLoudAtMs()).toBeNull();
});

test("speech at the very start of a call is not taken for the noise of the room", () => {
  const clock = createSilenceClock();
  feed(clock, noise(HEARING_RATE, 3000));
  feed(clock, noise(FRAME, 300));
  expect(clock.silentMs()).toBeLessThan(1);
});

test("steady noise is silence in time, and later the louder it is", () => {
  const silentAfter = (peak: number): number => {
    const clock = createSilenceClock();
    feed(clock, noise(HEARING_RATE * 3, peak));
    feed(clock, noise(FRAME * 20, 6000), true);
    feed(clock, noise(HEARING_RATE, peak));
    return clock.silentMs();
  };
  expect(silentAfter(100)).toBeCloseTo(1000, 0);
  expect(silentAfter(400)).toBeGreaterThan(500);
  expect(silentAfter(400)).toBeLessThan(silentAfter(200));
});

test("the network's delay is taken at its least: jitter does not move the end of speech", () => {
  const clock = createSilenceClock();
  for (let frame = 0; frame < 100; frame++) {
    const lateMs = frame % 3 === 0 ? 0 : 40;
    clock.push(noise(FRAME, 3000), (frame + 1) * 20 + lateMs, true);
  }
  expect(clock.lastLoudAtMs()).toBeCloseTo(2000, 0);
});

test("after audio that was lost the end of speech is where it was heard, not earlier by the gap", () => {
  const clock = createSilenceClock();
  feed(clock, noise(HEARING_RATE, 3000), true);
  clock.push(noise(FRAME, 3000), 1000 + 800 + 20, true);
  expect(clock.lastLoudAtMs()).toBeCloseTo(1820, 0);
  clock.push(noise(FRAME, 3000), 1840, true);
  expect(clock.lastLoudAtMs()).toBeCloseTo(1840, 0);
});

test("a microphone that is switched off is silent until it is heard again", () => {
  const clock = createSilenceClock();
  feed(clock, noise(FRAME, 3000), true);
  clock.deafen();
  expect(clock.silentMs()).toBe(Infinity);
  feed(clock, noise(FRAME, 3000), true);
  expect(clock.silentMs()).toBeLessThan(1);
});

/** Gaussian noise of a level, the same each time. */
function gaussian(db: number, seed: number): () => number {
  const sigma = 32_768 * 10 ** (db / 20);
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => sigma * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

test.each([-80, -70, -65, -60, -57, -54, -51, -48, -45, -40])(
  "a room's noise of %i dBFS makes the silence never longer than it is, and starts it again in few answers",
  async (db) => {
    const words = [
      "in front of me",
      "on the table",
      "a joke please",
      "that cats purr",
      "the room",
      "picture",
    ];
    const spoken = await Promise.all(words.map((text) => synthesise(text)));
    let restarted = 0;
    for (const [nth, { samples }] of Array.from({ length: TIMES }, () => spoken)
      .flat()
      .entries()) {
      const next = gaussian(db, nth + 1);
      const clock = createSilenceClock();
      const heard = (sound: Int16Array, speaking: boolean): void =>
        feed(
          clock,
          sound.map((sample) => sample + next()),
          speaking,
        );
      heard(new Int16Array(HEARING_RATE * 2), false);
      heard(samples, true);
      heard(new Int16Array(HEARING_RATE / 2), true);
      const lastLoud = samples.findLastIndex((sample) => Math.abs(sample) >= 184);
      const trueMs = (HEARING_RATE / 2 + samples.length - 1 - lastLoud) / 16;
      expect(clock.silentMs()).toBeLessThanOrEqual(trueMs + UNHEARD_MS);
      if (clock.received() - 1 - clock.lastLoud() < HEARING_RATE / 4) restarted += 1;
    }
    expect(restarted).toBeLessThanOrEqual(1);
  },
);
