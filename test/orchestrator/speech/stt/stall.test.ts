import { describe, expect, test } from "vitest";
import { createHearing } from "../../../../orchestrator/speech/stt/hearing.ts";
import type { Link } from "../../../../orchestrator/speech/stt/link.ts";
import type { Recogniser } from "../../../../orchestrator/speech/stt/recogniser.ts";
import { createService } from "../../../../orchestrator/speech/stt/service.ts";
import { createStallWatch } from "../../../../orchestrator/speech/stt/stall.ts";

function setUp(answers: Recogniser["answers"]) {
  const clock = { nowMs: 0 };
  const now = (): number => clock.nowMs;
  const hearing = createHearing(now);
  const watch = createStallWatch(hearing, now);
  const recogniser = {
    place: { name: "a", host: "b" },
    answers,
    open: () => Promise.reject(new Error("unused")),
  };
  const state = { openedAtMs: 0, heardAtMs: 0 };
  const link: Link = {
    service: createService(recogniser, { now }),
    recognition: { push() {}, speechStarted() {}, speechEnded() {}, keepAlive() {}, close() {} },
    over: Promise.resolve(undefined),
    end() {},
    get openedAtMs() {
      return state.openedAtMs;
    },
    get heardAtMs() {
      return state.heardAtMs;
    },
  };
  /** Lets time pass with audio; the time after which the stream was found stuck. */
  const stuckAfterMs = (forMs: number): number | undefined => {
    for (let passed = 100; passed <= forMs; passed += 100) {
      clock.nowMs += 100;
      hearing.add(new Int16Array(1600));
      if (watch.isStuck(link)) return passed;
    }
    return undefined;
  };
  return { clock, hearing, watch, link, state, stuckAfterMs };
}

describe("a stream is stuck", () => {
  test.each(["audio", "speech"] as const)("that says nothing to two seconds of speech (%s)", (answers) => {
    const { hearing, stuckAfterMs } = setUp(answers);
    expect(stuckAfterMs(5000)).toBeUndefined();
    hearing.setSpeaking(true);
    expect(stuckAfterMs(5000)).toBe(2100);
  });

  test("that does not finish the words that it has begun", () => {
    const { hearing, state, clock, stuckAfterMs } = setUp("speech");
    hearing.setSpeaking(true);
    stuckAfterMs(1000);
    hearing.sawInterim();
    state.heardAtMs = clock.nowMs;
    hearing.setSpeaking(false);
    expect(stuckAfterMs(5000)).toBe(2100);
  });

  test("that answers all audio, and says nothing to the end of a short word", () => {
    const { hearing, stuckAfterMs } = setUp("audio");
    hearing.setSpeaking(true);
    stuckAfterMs(1000);
    hearing.setSpeaking(false);
    expect(stuckAfterMs(5000)).toBe(2100);
  });

  test("ever later, when sound goes on that nothing answers; at once again after a word", () => {
    const { hearing, state, clock, stuckAfterMs } = setUp("audio");
    hearing.setSpeaking(true);
    const times = Array.from({ length: 4 }, () => {
      const passed = stuckAfterMs(20_000);
      state.openedAtMs = clock.nowMs;
      return passed;
    });
    expect(times).toEqual([2100, 4100, 8100, 8100]);
    state.heardAtMs = clock.nowMs + 1;
    expect(stuckAfterMs(20_000)).toBe(2100);
  });
});

describe("a stream is not stuck", () => {
  test("whose service answers the end of speech only: its adapter watches", () => {
    const { hearing, stuckAfterMs } = setUp("end");
    hearing.setSpeaking(true);
    expect(stuckAfterMs(5000)).toBeUndefined();
    hearing.setSpeaking(false);
    expect(stuckAfterMs(5000)).toBeUndefined();
  });

  test("that says nothing to a cough", () => {
    const { hearing, stuckAfterMs } = setUp("speech");
    hearing.setSpeaking(true);
    stuckAfterMs(1000);
    hearing.setSpeaking(false);
    expect(stuckAfterMs(5000)).toBeUndefined();
  });

  test("that gets no audio", () => {
    const { clock, hearing, watch, link } = setUp("audio");
    hearing.add(new Int16Array(1600));
    hearing.setSpeaking(true);
    clock.nowMs += 10_000;
    expect(watch.isStuck(link)).toBe(false);
  });
});
