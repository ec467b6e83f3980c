import fc from "fast-check";
import { expect, test } from "vitest";
import { createSilenceClock, HEARING_RATE } from "../../../../orchestrator/session/hearing/silence-clock.ts";

const FRAME = 320;
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
