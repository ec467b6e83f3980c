import { expect, test } from "vitest";
import type { Caller } from "../../standins/caller.ts";
import { hangs } from "../../standins/openai-server.ts";
import { JOKE, TIME, type Script } from "./engines.ts";
import { answerTo, eventsOf, expectNextTurn, expectSaid, heardWhole, quiet } from "./turn.ts";
import { withHarness } from "./with-harness.ts";

const LONG = {
  question: "Tell me a story.",
  local: "Local story.",
  cloud:
    "Once upon a time there lived an old farmer. He had seven goats and a small dog. Every morning they walked over the green hill.",
};
const script: readonly Script[] = [LONG, JOKE, TIME];
const COUGH = "Hippopotamus.";

/** The story takes eleven seconds. */
const STORY_MS = 25_000;

const harness = withHarness({ script, says: ["Mhm.", "Stop.", COUGH], echoes: true });

/** Asks for the story and waits until some words of it were heard. */
async function storyUnderWay(caller: Caller, words = 6): Promise<number> {
  const { lastSampleAtMs } = await caller.say(harness().utterance(LONG.question));
  await caller.until("the story", () => caller.listening.words(lastSampleAtMs).length >= words);
  return lastSampleAtMs;
}

/** All of the story in order, but for the word in which it paused: that one may be in two pieces, or come twice. */
function expectWholeButForThePause(heard: string): void {
  const words = heard.split(" ");
  const story = LONG.cloud.split(" ");
  const same = story.findIndex((word, at) => word !== words[at]);
  if (same < 0) return;
  const rest = words.slice(same).join(" ");
  expect([
    story.slice(same + 1).join(" "),
    story.slice(same - 1).join(" "),
    story.slice(same).join(" "),
  ]).toContain(rest);
}

test("who speaks into an answer is listened to at once, and history holds what was heard", async () => {
  const caller = await harness().call();
  const bargeIns = await harness().metric("sightline_barge_ins_total", { result: "ended" });
  const askedAtMs = await storyUnderWay(caller);
  const said = await caller.say(harness().utterance(TIME.question));
  const answer = await answerTo(caller, said);
  const story = eventsOf(caller, "answer-end").find(({ interrupted }) => interrupted);
  expect(LONG.cloud.startsWith(story?.text ?? "?")).toBe(true);
  expect(story?.text).not.toBe(LONG.cloud);
  const cutAtMs = caller.listening.soundEndsAtMs(said.firstSampleAtMs, 250);
  expect(cutAtMs - said.firstSampleAtMs).toBeLessThan(600);
  // The reader places a word within some 60 ms, so the word at the cut may count or not.
  const wholeBut = (lackMs: number): string =>
    heardWhole(caller, harness().answer(LONG.cloud), askedAtMs, cutAtMs, lackMs);
  expect([-60, 20, 80].map(wholeBut)).toContain(story?.text.trim());
  expectSaid(caller, answer, TIME.cloud);
  const body = harness().cloud.asked().at(-1)?.request.body;
  const past = body?.messages
    .filter(({ role }) => role === "assistant")
    .map(({ content }) => (typeof content === "string" ? content.trim() : ""));
  expect(past).toEqual([story?.text.trim()]);
  await expect
    .poll(() => harness().metric("sightline_barge_ins_total", { result: "ended" }), { timeout: 5000 })
    .toBe(bargeIns + 1);
});

test("who speaks on before the answer begins has asked one question, and nothing is said meanwhile", async () => {
  const caller = await harness().call();
  const before = harness().cloud.asked().length;
  harness().cloud.next(hangs);
  const first = await caller.say(harness().utterance(JOKE.question));
  await caller.pause(700);
  const second = await caller.say(harness().utterance(TIME.question));
  expectSaid(caller, await answerTo(caller, second), JOKE.cloud);
  expect(caller.listening.firstSoundAtMs(first.lastSampleAtMs)).toBeGreaterThan(second.lastSampleAtMs + 500);
  expect(harness().cloud.asked().at(-1)?.question).toContain("tell me a joke. what time is it?");
  expect(await harness().cloud.asked()[before]?.request.ended).toBe(true);
  expect(eventsOf(caller, "answer-end").filter(({ text }) => text !== "")).toHaveLength(1);
});

test("a listener's mhm does not end an answer", async () => {
  const caller = await harness().call();
  const askedAtMs = await storyUnderWay(caller);
  await caller.say(harness().utterance("Mhm."));
  await caller.until("the end of the story", () => eventsOf(caller, "answer-end").length > 0, STORY_MS);
  await quiet(caller);
  expectWholeButForThePause(caller.listening.text(askedAtMs));
  expect(eventsOf(caller, "answer-end")).toMatchObject([{ text: LONG.cloud, interrupted: false }]);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
});

test("a sound without words pauses an answer, which then goes on", async () => {
  const caller = await harness().call();
  const askedAtMs = await storyUnderWay(caller);
  const stranger = harness().utterance(COUGH);
  await caller.say({ samples: stranger.samples.toReversed(), words: [] });
  await caller.until("the end of the story", () => eventsOf(caller, "answer-end").length > 0, STORY_MS);
  await quiet(caller);
  expectWholeButForThePause(caller.listening.text(askedAtMs));
  expect(eventsOf(caller, "answer-end")).toMatchObject([{ text: LONG.cloud, interrupted: false }]);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
});

test("stop ends an answer, and nothing is said in its place", async () => {
  const caller = await harness().call();
  const asked = harness().cloud.asked().length;
  await storyUnderWay(caller);
  const said = await caller.say(harness().utterance("Stop."));
  await caller.until("the end", () => eventsOf(caller, "answer-end").length > 0);
  await caller.pause(2000);
  expect(caller.listening.words(said.lastSampleAtMs + 300)).toEqual([]);
  expect(harness().cloud.asked().length).toBe(asked + 1);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
});

test("an answer does not take its own echo for a question", async () => {
  const caller = await harness().call({ echo: { gainDb: -15, delayMs: 60 } });
  const said = await caller.say(harness().utterance(LONG.question));
  const { heard, end } = await answerTo(caller, said, STORY_MS);
  expect(end).toMatchObject({ text: LONG.cloud, interrupted: false });
  expect(heard.split(" ").at(-1)).toBe("hill.");
  await caller.pause(1500);
  expect(eventsOf(caller, "turn")).toHaveLength(1);
  const next = await answerTo(caller, await caller.say(harness().utterance(TIME.question)));
  expect(next.end).toMatchObject({ text: TIME.cloud, interrupted: false });
}, 60_000);
