import { afterEach, expect, test } from "vitest";
import { createFakeSpeaker } from "../../standins/call/speaker.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";

let open: TestCall | undefined;

afterEach(async () => {
  await open?.close();
});

test("a spoken question gets a spoken answer, and history holds it", async () => {
  open = await startTestCall("Twelve |o'clock.");
  const { caller, next, speaker, voice } = open;
  const endedAtMs = await caller.say("What time is it?");
  expect(await next("answer-end")).toMatchObject({ text: "Twelve o'clock.", interrupted: false });
  expect(voice.heardIn(speaker.played())).toBe("Twelve o'clock.");
  const firstMs = (speaker.firstAtMs(0) ?? 0) - endedAtMs;
  expect(firstMs).toBeGreaterThanOrEqual(500);
  expect(open.history()).toMatchObject([{ question: "What time is it?", answer: "Twelve o'clock." }]);
});

test("events tell the turn in order: nothing of an answer before its question is over", async () => {
  open = await startTestCall("Twelve |o'clock.");
  const { caller, events, next } = open;
  await caller.say("What time is it?", { interims: [{ atMs: 400, text: "what time" }] });
  await next("answer-end");
  const seen = events
    .filter(({ type }) => type !== "speech" && type !== "rate")
    .map((event) => ({ ...event, turn: "" }));
  expect(seen).toMatchObject([
    { type: "state", state: "listening" },
    { type: "heard", text: "what time", final: false, segment: "call-0" },
    { type: "heard", text: "What time is it?", final: true, segment: "call-0" },
    { type: "state", state: "thinking" },
    { type: "caption", text: "Twelve " },
    { type: "caption", text: "o'clock." },
    { type: "state", state: "speaking" },
    { type: "turn", engine: "local", reason: "local-only" },
    { type: "spoken", text: "Twelve" },
    { type: "spoken", text: " o'clock." },
    { type: "answer-end", text: "Twelve o'clock.", interrupted: false },
    { type: "state", state: "listening" },
  ]);
});

test("the second question is asked with the first and its answer", async () => {
  open = await startTestCall("Fine.");
  const { caller, next, engine } = open;
  await caller.say("How are you?");
  await next("answer-end");
  await caller.say("And your friend?");
  await next("answer-end");
  expect(engine.prompts.at(-1)?.messages.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "user",
  ]);
  const { exposition } = open.deps.metrics;
  expect(await exposition()).toMatch(
    /turns_total\{transport="livekit",route="local",reason="local-only",outcome="answered"\} 2/,
  );
});

test("a speaker at another rate hears as much for as long", async () => {
  const speaker = createFakeSpeaker(24_000);
  open = await startTestCall("One two three four five.", { call: { speaker } });
  open.call.request({ type: "ask", text: "Count for me." });
  expect((await open.next("answer-end")).text).toBe("One two three four five.");
  const samples = speaker.played().reduce((sum, { samples }) => sum + samples.length, 0);
  expect(samples / 24).toBeGreaterThan(980);
  expect(samples / 24).toBeLessThan(1020);
});
