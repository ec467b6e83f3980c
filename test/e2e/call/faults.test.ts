import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { callNoticesIn } from "../../../orchestrator/session/voice/notices-text.ts";
import { fails, hangs } from "../../standins/openai-server.ts";
import type { VoiceFault } from "../../standins/tts/behaviour.ts";
import { type OpenaiVoiceServer, startOpenaiVoice } from "../../standins/tts/openai-voice.ts";
import { answersBy, FRONT, type Script } from "./engines.ts";
import { type Harness, startHarness } from "./harness.ts";
import { answerTo, ask, eventsOf, expectNextTurn, expectSaid } from "./turn.ts";
import { personView } from "./views.ts";

const JOKE = {
  question: "Tell me a joke.",
  local: "Local engines tell no jokes.",
  cloud: "Why did the chicken cross the road?",
};
const LONG = {
  question: "Please tell me how many chairs there are behind the big round table in this room.",
  local: "There are four wooden chairs.",
  cloud: "I would have to see the room first. Then I could count them.",
};
const script: readonly Script[] = [JOKE, LONG, FRONT];
const CANNOT = callNoticesIn("en")["cannot-answer"];

let harness: Harness;
let second: OpenaiVoiceServer;
beforeAll(async () => {
  second = await startOpenaiVoice();
  harness = await startHarness({
    script,
    heard: ["One person", "A person"],
    notices: ["cannot-answer", "answer-later"],
    environment: { TTS: "elevenlabs,openai", TTS_URL: second.url },
  });
}, 60_000);
afterEach(async () => {
  harness.cloud.always(answersBy("cloud", script));
  harness.local.always(answersBy("local", script));
  harness.stt.always({});
  harness.tts.always({});
  await harness.hangUp();
});
afterAll(async () => {
  await harness?.close();
  await second?.close();
});

test("a recogniser's socket cut in mid-question loses no word", async () => {
  const caller = await harness.call();
  const saying = caller.say(harness.utterance(LONG.question));
  await wait(1800);
  harness.stt.cut();
  await answerTo(caller, await saying);
  const finals = eventsOf(caller, "heard").filter(({ final }) => final);
  expect(finals.map(({ text }) => text).join(" ")).toBe(LONG.question);
  await expectNextTurn(harness, caller, JOKE.question, JOKE.cloud);
}, 60_000);

test("a recogniser that falls silent is replaced, and the question is answered", async () => {
  harness.stt.next({ halfOpenAfterMs: 1500 });
  const caller = await harness.call();
  const { said, end } = await answerTo(caller, await caller.say(harness.utterance(LONG.question)));
  const finals = eventsOf(caller, "heard").filter(({ final }) => final);
  expect(finals.map(({ text }) => text).join(" ")).toBe(LONG.question);
  expect(end.atMs - said.lastSampleAtMs).toBeLessThan(10_000);
  await expectNextTurn(harness, caller, JOKE.question, JOKE.cloud);
}, 60_000);

test.each<readonly [string, VoiceFault]>([
  ["says nothing", { type: "hang" }],
  ["stalls after 0.2 s", { type: "stall", atByte: 9_600 }],
  ["stalls after 0.8 s", { type: "stall", atByte: 38_400 }],
  ["stalls after 1.6 s", { type: "stall", atByte: 76_800 }],
  ["breaks off", { type: "cut", atByte: 50_000 }],
  ["sends silence", { type: "silent" }],
])(
  "a voice that %s is replaced: every word is heard exactly once",
  async (_, fault) => {
    const caller = await harness.call();
    harness.tts.always({ fault });
    const { heard, end } = await ask(harness, caller, JOKE.question);
    expect(end.text).toBe(JOKE.cloud);
    expect(heard).toBe(JOKE.cloud);
    harness.tts.always({});
    await expectNextTurn(harness, caller, JOKE.question, JOKE.cloud);
  },
  60_000,
);

test("a voice at the wrong rate is replaced as soon as that shows, and nothing is said twice", async () => {
  const caller = await harness.call();
  harness.tts.always({ fault: { type: "wrong-rate", times: 2 } });
  const { heard } = await ask(harness, caller, JOKE.question);
  expect(heard).not.toBe("");
  expect(JOKE.cloud.endsWith(heard)).toBe(true);
  harness.tts.always({});
  await expectNextTurn(harness, caller, JOKE.question, JOKE.cloud);
}, 60_000);

test("with the cloud down the local engine answers", async () => {
  const caller = await harness.call();
  harness.cloud.always(fails(500));
  const answer = await ask(harness, caller, JOKE.question);
  expectSaid(caller, answer, JOKE.local);
  expect(answer.turn).toMatchObject({ engine: "local", reason: "cloud-unavailable" });
  harness.cloud.always(answersBy("cloud", script));
});

test("with both engines down a person is still told of, and a question without a picture gets the notice", async () => {
  const caller = await harness.call();
  await caller.show(await personView());
  await caller.pause(1500);
  harness.cloud.always(fails(500));
  harness.local.always(fails(500));
  const cloudBefore = harness.cloud.asked().filter(({ pictures }) => pictures > 0).length;
  const seen = await ask(harness, caller, FRONT.question);
  expect(seen.turn).toMatchObject({ engine: "describer", reason: "local-unavailable" });
  expect(seen.end.text).toMatch(/person|people/i);
  expect(harness.cloud.asked().filter(({ pictures }) => pictures > 0).length).toBe(cloudBefore);
  const { said, end } = await ask(harness, caller, JOKE.question);
  expect(end.text).toBe(CANNOT);
  const told = (): string => caller.listening.text(said.lastSampleAtMs);
  // One word may lack, as everywhere.
  await expect.poll(told, { timeout: 5000 }).toMatch(/answer right now\. .* as soon as I can\.$/);
  harness.cloud.always(answersBy("cloud", script));
  harness.local.always(answersBy("local", script));
  await caller.pause(6000);
  const next = await ask(harness, caller, JOKE.question);
  expectSaid(caller, next, next.turn.engine === "local" ? JOKE.local : JOKE.cloud);
}, 60_000);

test("engines that accept and never answer end in a notice within eight seconds", async () => {
  const caller = await harness.call();
  harness.cloud.always(hangs);
  harness.local.always(hangs);
  const { said, end, latencyMs } = await ask(harness, caller, JOKE.question);
  expect(end.text).toBe(CANNOT);
  expect(latencyMs).toBeLessThan(8000);
  expect(end.atMs - said.lastSampleAtMs).toBeLessThan(10_000);
}, 60_000);
