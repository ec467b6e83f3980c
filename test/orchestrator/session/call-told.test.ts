import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { createFakeVoice } from "../../standins/call/voice.ts";
import { saying } from "../../standins/turn.ts";

let open: TestCall | undefined;

afterEach(async () => {
  await open?.close();
});

const DEEPGRAM = { name: "deepgram", host: "api.deepgram.com" };

test("a caller whose recogniser is lost while they speak is told as soon as they have stopped", async () => {
  open = await startTestCall("Yes.");
  const { caller, ear, next, events } = open;
  const speech = caller.say("Tell me what you see on the table over there", { as: null });
  await delay(900);
  ear.move(null);
  const endedAtMs = await speech;
  expect(events.filter(({ type }) => type === "answer-end")).toEqual([]);
  expect((await next("answer-end")).text).toBe("I can't hear you right now. You can type your question.");
  expect(performance.now() - endedAtMs).toBeLessThan(6000);
  ear.move(DEEPGRAM);
  expect((await next("answer-end")).text).toBe("I can hear you again.");
});

test("what was lost and came back while an answer was said is not told", async () => {
  open = await startTestCall("One two three four five six seven.");
  const { call, ear, next, quiet, events } = open;
  call.request({ type: "ask", text: "Count." });
  await next("turn");
  ear.move(null);
  await delay(200);
  ear.move(DEEPGRAM);
  await quiet(1000);
  expect(events.filter(({ type }) => type === "answer-end")).toHaveLength(1);
});

test("a shared screen is confirmed by ear, and that it is shared no longer", async () => {
  open = await startTestCall("Yes.");
  const { call, next } = open;
  call.frames.start("screen");
  expect((await next("answer-end")).text).toBe("Your screen is shared. I can see it now.");
  call.frames.stop("screen");
  expect((await next("answer-end")).text).toBe("Your screen is no longer shared.");
});

test("the screen reader's voice in the microphone asks nothing; a question about what it reads does", async () => {
  const read = "A red mug stands on the table at one o'clock.";
  open = await startTestCall(read, { deps: { voice: undefined } });
  const { call, caller, next, engine } = open;
  call.request({ type: "ask", text: "Tell me something." });
  await next("answer-end");
  await caller.say(read, { interims: [{ atMs: 600, text: "a red" }] });
  await delay(1500);
  expect(engine.prompts).toHaveLength(1);
  await caller.say("What stands on the table?");
  await next("answer-end");
  expect(open.history().map(({ question }) => question)).toEqual([
    "Tell me something.",
    "What stands on the table?",
  ]);
});

test("answers that are only read are confirmed by a short sound, and so is the end of a call", async () => {
  open = await startTestCall("Yes.");
  const { call, next, speaker } = open;
  const playedMs = (): number => speaker.played().reduce((sum, { samples }) => sum + samples.length / 16, 0);
  call.request({ type: "command", command: "just-text" });
  await next("answer-end");
  await delay(300);
  expect(Math.round(playedMs())).toBe(150);
  call.request({ type: "command", command: "hang-up" });
  expect(await call.ended).toBe("hung-up");
  await delay(300);
  expect(Math.round(playedMs())).toBe(150 + 200);
});

test("the sound that an answer could not be spoken is never made while the caller speaks", async () => {
  open = await startTestCall(
    async function* () {
      await delay(700);
      yield* saying("One two three.");
    },
    { voice: createFakeVoice({ mute: true }) },
  );
  const { call, caller, next, speaker } = open;
  const speech = caller.say("well well well let me think about it for a moment", { as: null });
  await delay(400);
  call.request({ type: "ask", text: "Count." });
  expect(await next("answer-end")).toMatchObject({ text: "One two three.", interrupted: false });
  expect(speaker.played()).toHaveLength(0);
  await speech;
});
