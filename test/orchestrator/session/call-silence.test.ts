import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startTestCall } from "../../standins/call/call.ts";
import { timed } from "../../standins/timed.ts";
import { endpointTrials } from "../../standins/call/endpoint-trials.ts";

const TIMED = timed();

test(
  "no answer begins before the strict silence, and none into a pause, whatever pauses an utterance has",
  { timeout: 60_000 },
  async () => {
    const trials = await endpointTrials({ calls: 4, perCall: 5, pausesMs: [100, 490] });
    expect(trials).toHaveLength(20);
    expect(trials.filter(({ lateMs }) => lateMs < 0)).toEqual([]);
    expect(trials.filter(({ intoPause, whole }) => intoPause || !whole)).toEqual([]);
  },
);

test(
  "nor in a room that hums, on a line that mutes noise between words and brings frames in bursts",
  { timeout: 60_000 },
  async () => {
    const common = { calls: 2, perCall: 3, pausesMs: [100, 490] } as const;
    const all = await Promise.all([
      endpointTrials({ ...common, room: { sound: "hum", hz: 50, db: -35 } }),
      endpointTrials({ ...common, room: { sound: "gated", db: -35 }, jitterMs: 60 }),
    ]);
    const trials = all.flat();
    expect(trials).toHaveLength(12);
    expect(trials.filter(({ lateMs }) => Number.isNaN(lateMs) || lateMs < 0)).toEqual([]);
    expect(trials.filter(({ intoPause, whole }) => intoPause || !whole)).toEqual([]);
  },
);

test(
  "nor while the past grows shorter: every answer is to all that was said, and to the past as it is kept",
  { timeout: 60_000 },
  async () => {
    const trials = await endpointTrials({
      calls: 2,
      perCall: 6,
      pausesMs: [100, 200],
      kind: "picture",
      localPictures: 4,
    });
    expect(trials).toHaveLength(12);
    expect(trials.filter(({ lateMs }) => Number.isNaN(lateMs) || lateMs < 0)).toEqual([]);
    expect(trials.filter(({ intoPause, whole }) => intoPause || !whole)).toEqual([]);
  },
);

test(
  "a final that comes late starts the answer at once, and one that never comes starts none",
  TIMED,
  async () => {
    const open = await startTestCall("Yes.");
    try {
      const endedAtMs = await open.caller.say("Tell me a joke.", { finalMs: 900 });
      await open.next("turn");
      const firstMs = (open.speaker.firstAtMs(0) ?? 0) - endedAtMs;
      expect(firstMs).toBeGreaterThan(880);
      expect(firstMs).toBeLessThan(1100);
      await open.next("answer-end");
      await open.caller.say("Tell me a joke.", { as: null });
      await delay(2500);
      expect(open.engine.prompts).toHaveLength(1);
    } finally {
      await open.close();
    }
  },
);

test("words that were begun and never finished are taken as they are", async () => {
  const open = await startTestCall("Yes.");
  try {
    await open.caller.say("Tell me a joke.", { as: null, interims: [{ atMs: 500, text: "Tell me a" }] });
    await open.next("answer-end");
    expect(open.history()).toMatchObject([{ question: "Tell me a" }]);
  } finally {
    await open.close();
  }
});

test("a microphone that is switched off ends the question", async () => {
  const open = await startTestCall("Yes.");
  try {
    await open.caller.say("Tell me a joke.", { finalMs: 100 });
    await delay(150);
    open.caller.close();
    open.call.deafen();
    await open.next("answer-end", 2000);
    expect(open.history()).toMatchObject([{ question: "Tell me a joke.", answer: "Yes." }]);
  } finally {
    await open.close();
  }
});

test("a microphone that was switched off and on again is heard in time", TIMED, async () => {
  const open = await startTestCall("Yes.");
  try {
    await delay(300);
    for (let times = 0; times < 3; times++) open.call.deafen();
    // The recogniser counts the silence that stood in for the microphone, too.
    const endedAtMs = await open.caller.say("Tell me a joke.", { finalMs: 150 + 3 * 400 });
    await open.next("turn");
    const firstMs = (open.speaker.firstAtMs(0) ?? 0) - endedAtMs;
    expect(firstMs).toBeGreaterThanOrEqual(500);
    // A switch that is not counted makes it 400 ms later.
    expect(firstMs).toBeLessThan(850);
  } finally {
    await open.close();
  }
});
