import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { timed } from "../../standins/timed.ts";
import { synthesise } from "../../standins/speech/synthesise.ts";
import { saying } from "../../standins/turn.ts";

const LONG = "One two three four five six seven eight nine ten eleven twelve.";

const TIMED = timed();

let open: TestCall | undefined;

afterEach(async () => {
  await open?.close();
});

test("speech into an answer silences it at once, and history holds exactly what was heard", async () => {
  open = await startTestCall(LONG);
  const { caller, next, speaker, voice } = open;
  await caller.say("Count for me.");
  await next("turn");
  await delay(900);
  const spoke = caller.say("And what about tomorrow?");
  const first = await next("answer-end");
  await spoke;
  const heard = voice.heardIn(speaker.played());
  expect(first.interrupted).toBe(true);
  expect(first.text.trim()).toBe(heard);
  expect(LONG.startsWith(first.text)).toBe(true);
  await next("turn");
  expect(open.history()).toMatchObject([{ question: "Count for me.", answer: first.text }]);
  const second = await next("answer-end");
  expect(second.interrupted).toBe(false);
  expect(open.history()).toMatchObject([{}, { question: "And what about tomorrow?", answer: LONG }]);
});

test("a caller who goes on before a word of the answer was heard asks one question", async () => {
  open = await startTestCall(async function* () {
    await delay(1500);
    yield* saying("A cup.");
  });
  const { caller, next, engine } = open;
  await caller.say("What is");
  while ((await next("state")).state !== "thinking");
  await caller.say("in front of me?");
  expect(await next("answer-end")).toMatchObject({ text: "", interrupted: true });
  expect(await next("answer-end", 9000)).toMatchObject({ text: "A cup.", interrupted: false });
  expect(open.history()).toMatchObject([{ question: "What is in front of me?", answer: "A cup." }]);
  expect(engine.prompts.at(-1)?.messages).toHaveLength(2);
});

test("a noise without words pauses the answer, and it goes on with the word that it cut off", async () => {
  open = await startTestCall(LONG);
  const { caller, next, speaker, voice } = open;
  await caller.say("Count for me.");
  await next("turn");
  await delay(700);
  const { samples } = await synthesise("haha", { speed: 130 });
  await caller.sound(samples);
  expect(await next("answer-end")).toMatchObject({ text: LONG, interrupted: false });
  expect(voice.heardIn(speaker.played())).toBe(LONG);
  expect(voice.words).toHaveLength(12);
  const played = speaker.played().reduce((sum, { samples }) => sum + samples.length / 16, 0);
  // Twelve words of 200 ms; what was heard of the one that was cut off comes twice.
  expect(played).toBeGreaterThanOrEqual(2399);
  expect(played).toBeLessThan(2400 + 200);
  expect(await open.deps.metrics.exposition()).toContain('sightline_barge_ins_total{result="resumed"} 1');
});

test("a backchannel pauses the answer at most, and is no question", async () => {
  open = await startTestCall(LONG);
  const { caller, next, speaker, voice } = open;
  await caller.say("Count for me.");
  await next("turn");
  await delay(700);
  await caller.say("okay", { as: "Okay." });
  expect(await next("answer-end")).toMatchObject({ text: LONG, interrupted: false });
  expect(voice.heardIn(speaker.played())).toBe(LONG);
  await delay(800);
  expect(open.history()).toHaveLength(1);
});

test("a lone stop ends the answer as soon as it is heard, and nothing answers it", TIMED, async () => {
  open = await startTestCall(LONG);
  const { caller, next, speaker, voice } = open;
  await caller.say("Count for me.");
  await next("turn");
  await delay(700);
  await caller.say("stop", { as: "Stop.", finalMs: 900, interims: [{ atMs: 350, text: "stop" }] });
  const end = await next("answer-end");
  expect(end.interrupted).toBe(true);
  const heard = voice.heardIn(speaker.played());
  expect(end.text.trim()).toBe(heard);
  await delay(2000);
  expect(voice.heardIn(speaker.played())).toBe(heard);
  expect(open.history()).toHaveLength(1);
  expect(open.call.lagMs()).toBeLessThan(100);
});

test("the answer's own voice in the microphone does not end it, and is no question", async () => {
  open = await startTestCall(LONG);
  const { caller, next, speaker, voice } = open;
  await caller.say("Count for me.");
  await next("turn");
  await delay(500);
  await caller.say("two three", { as: "Two, three." });
  expect(await next("answer-end")).toMatchObject({ text: LONG, interrupted: false });
  expect(voice.heardIn(speaker.played())).toBe(LONG);
  await delay(800);
  expect(open.engine.prompts).toHaveLength(1);
});

test("who interrupts with words that the answer had not said yet is answered", async () => {
  open = await startTestCall(LONG);
  const { caller, next, quiet, history } = open;
  await caller.say("Count for me.");
  await next("turn");
  await delay(500);
  await caller.say("seven eight nine", { interims: [{ atMs: 500, text: "seven eight" }] });
  expect(await next("answer-end")).toMatchObject({ interrupted: true });
  expect(await next("answer-end")).toMatchObject({ interrupted: false });
  await quiet(500);
  expect(history().map(({ question }) => question)).toEqual(["Count for me.", "seven eight nine"]);
});

test("an answer that noise paused three times is paused by words only", { timeout: 25_000 }, async () => {
  open = await startTestCall(Array(5).fill(LONG).join(" "));
  const { caller, next, events } = open;
  const { samples } = await synthesise("haha", { speed: 130 });
  await caller.say("Count for me.");
  await next("turn");
  for (let noise = 0; noise < 4; noise++) {
    await delay(250);
    await caller.sound(samples);
    await delay(1700);
  }
  const resumed = (await open.deps.metrics.exposition()).includes('barge_ins_total{result="resumed"} 3');
  expect(resumed).toBe(true);
  expect(events.some(({ type }) => type === "answer-end")).toBe(false);
  await caller.say("What about tomorrow?");
  expect(await next("answer-end")).toMatchObject({ interrupted: true });
});
