import { describe, expect, test } from "vitest";
import { createHearing } from "../../../../orchestrator/speech/stt/hearing.ts";
import type { Recognition } from "../../../../orchestrator/speech/stt/recogniser.ts";

const SECOND = 16_000;

/** A stream that notes what it is told: samples as their number. */
function recording(): Recognition & { readonly told: (number | string)[] } {
  const told: (number | string)[] = [];
  return {
    told,
    push: ({ length }) => void (length > 0 && told.push(length)),
    speechStarted: () => void told.push("speech"),
    speechEnded: () => void told.push("end"),
    keepAlive: () => {},
    close: () => {},
  };
}

function replayed(hearing: ReturnType<typeof createHearing>) {
  const to = recording();
  return { position: hearing.replay(to), told: to.told };
}

describe("a new stream is told", () => {
  test("what no final covers, with begin and end of speech at their places", () => {
    const hearing = createHearing(() => 0);
    hearing.add(new Int16Array(SECOND));
    hearing.setSpeaking(true);
    hearing.add(new Int16Array(2 * SECOND));
    hearing.setSpeaking(false);
    hearing.add(new Int16Array(100));
    expect(replayed(hearing)).toEqual({
      position: 0,
      told: [SECOND, "speech", 2 * SECOND, "end", 100],
    });
  });

  test("that speech goes on, when a final came in the middle of it", () => {
    const hearing = createHearing(() => 0);
    hearing.setSpeaking(true);
    hearing.add(new Int16Array(SECOND));
    hearing.sawFinal(600);
    expect(replayed(hearing)).toEqual({ position: 600, told: ["speech", SECOND - 600] });
  });

  test("nothing, when all is said", () => {
    const hearing = createHearing(() => 0);
    hearing.setSpeaking(true);
    hearing.add(new Int16Array(SECOND));
    hearing.setSpeaking(false);
    hearing.sawFinal(2 * SECOND);
    expect(replayed(hearing)).toEqual({ position: SECOND, told: [] });
  });

  test("the last second of a silence, that an onset may be in", () => {
    const hearing = createHearing(() => 0);
    hearing.add(new Int16Array(5 * SECOND));
    hearing.tidy(true);
    expect(replayed(hearing)).toEqual({ position: 4 * SECOND, told: [SECOND] });
  });

  test("a short word behind the last final, when the stream broke in it", () => {
    const hearing = createHearing(() => 0);
    hearing.setSpeaking(true);
    hearing.add(new Int16Array(5 * SECOND));
    hearing.sawFinal(4.7 * SECOND);
    hearing.setSpeaking(false);
    expect(hearing.isOwed).toBe(false);
    hearing.add(new Int16Array(2 * SECOND));
    hearing.tidy(false);
    expect(replayed(hearing).position).toBe(4.7 * SECOND);
  });
});

describe("a final is owed", () => {
  function spoken(now: () => number = () => 0) {
    const hearing = createHearing(now);
    hearing.setSpeaking(true);
    hearing.add(new Int16Array(2 * SECOND));
    return hearing;
  }

  test("from the end of speech to a final that reaches it", () => {
    const hearing = spoken();
    expect(hearing.isOwed).toBe(false);
    hearing.setSpeaking(false);
    expect(hearing.isOwed).toBe(true);
    hearing.sawFinal(SECOND);
    expect(hearing.isOwed).toBe(true);
    hearing.sawFinal(2 * SECOND - 6000);
    expect(hearing.isOwed).toBe(false);
  });

  test("not when one reached it before the VAD noticed the end", () => {
    const hearing = spoken();
    hearing.sawFinal(2 * SECOND - 3000);
    hearing.setSpeaking(false);
    expect(hearing.isOwed).toBe(false);
  });

  test("for words that were shown and then lost with their stream, until a final holds them", () => {
    const hearing = spoken();
    hearing.sawInterim();
    hearing.sawFinal(2 * SECOND - 5000);
    hearing.sawInterim();
    hearing.setSpeaking(false);
    hearing.add(new Int16Array(2 * SECOND));
    expect(replayed(hearing).position).toBe(2 * SECOND - 5000);
    hearing.tidy(true);
    expect(replayed(hearing).position).toBe(2 * SECOND - 5000);
    hearing.sawFinal(2 * SECOND);
    expect(hearing.hasInterim).toBe(false);
  });

  test("for ten seconds; then it was no speech, and its sound is forgotten", () => {
    let nowMs = 0;
    const hearing = spoken(() => nowMs);
    hearing.setSpeaking(false);
    hearing.add(new Int16Array(3 * SECOND));
    nowMs = 9000;
    hearing.tidy(true);
    expect(hearing.isOwed).toBe(true);
    nowMs = 10_001;
    hearing.tidy(true);
    expect(hearing.isOwed).toBe(false);
    expect(replayed(hearing)).toEqual({ position: 4 * SECOND, told: [SECOND] });
  });
});
