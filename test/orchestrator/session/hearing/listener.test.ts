import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { QUIET, startListening } from "./listening.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("a question ends after the strict silence, and is prepared for as soon as its words are there", () => {
  const { said, speak, hush, final } = startListening();
  speak(800);
  hush(200, 800);
  final("What is this?");
  expect(said).toEqual(["speech", "perhaps: What is this?"]);
  hush(280);
  expect(said).toHaveLength(2);
  hush(20);
  expect(said).toEqual(["speech", "perhaps: What is this?", "end: What is this?"]);
});

test("a pause just short of the silence ends nothing; both parts are one question", () => {
  const { said, speak, hush, final } = startListening();
  speak(400);
  hush(200, 400);
  final("What is");
  hush(280);
  speak(400);
  hush(200, 400);
  final("this?");
  hush(300);
  expect(said.filter((each) => !each.startsWith("perhaps"))).toEqual([
    "speech",
    "speech",
    "goes on",
    "end: What is this?",
  ]);
});

test("words that speech is owed are waited for, a second at most", () => {
  const { said, speak, hush, final, interim } = startListening();
  speak(400);
  hush(200, 400);
  final("What is");
  hush(100);
  speak(400);
  interim("this");
  hush(900, 400);
  expect(said.some((each) => each.startsWith("end"))).toBe(false);
  hush(200);
  expect(said.at(-1)).toBe("end: What is this");
});

test("a final that comes when its words were taken without it asks nothing again", () => {
  const { said, speak, hush, final, interim } = startListening();
  speak(400);
  interim("What is this");
  hush(1300, 400);
  interim("What is");
  final("What is this?");
  hush(2000);
  expect(said.filter((each) => each.startsWith("end"))).toEqual(["end: What is this"]);
  speak(400);
  hush(200, 400);
  final("What is this?");
  hush(600);
  expect(said.at(-1)).toBe("end: What is this?");
});

test("words that are taken without a final are dropped like those of one", () => {
  const { said, speak, hush, interim } = startListening({ onWords: (_, final) => (final ? "drop" : "keep") });
  speak(400);
  interim("mhm");
  hush(1300, 400);
  expect(said).toEqual(["speech", "no words"]);
});

test("a final behind the silence ends the question at once", () => {
  const { said, speak, hush, final } = startListening();
  speak(400);
  hush(900, 400);
  final("What is this?");
  expect(said.at(-1)).toBe("end: What is this?");
});

test.each([
  ["short speech", 300, 380, 420],
  ["long speech", 900, 1320, 1380],
])("%s without words is told when none have come in time", (_, speechMs, before, after) => {
  const { said, speak, hush } = startListening();
  speak(speechMs);
  hush(before, speechMs);
  expect(said).toEqual(["speech"]);
  hush(after - before + 20);
  expect(said).toEqual(["speech", "no words"]);
});

test("words that are dropped are no question, and the answer goes on", () => {
  const { said, speak, hush, final } = startListening({ onWords: () => "drop" });
  speak(300);
  hush(200, 300);
  final("mhm");
  hush(800);
  expect(said).toEqual(["speech", "no words"]);
});

test("clicks that never end delay the end to 200 ms behind the silence of the model, and no more", () => {
  const { said, speak, hush, final, feed } = startListening();
  const clicks = QUIET.slice();
  clicks[7] = 3000;
  speak(400);
  hush(200, 400);
  final("What is this?");
  feed(clicks, 480, false);
  expect(said.some((each) => each.startsWith("end"))).toBe(false);
  feed(clicks, 40, false);
  expect(said.at(-1)).toBe("end: What is this?");
});

test("what has to wait is asked when it may be", () => {
  let free = false;
  const { said, speak, hush, final, listener } = startListening({ mayEnd: () => free });
  speak(400);
  hush(200, 400);
  final("Hello?");
  hush(1000);
  expect(said).toEqual(["speech"]);
  free = true;
  listener.tick();
  expect(said).toEqual(["speech", "end: Hello?"]);
});

test("a model that is behind has seen no silence: what was said last is waited for", () => {
  const { said, speak, hush, final, listener, lag } = startListening();
  speak(400);
  hush(200, 400);
  final("What is");
  hush(200);
  lag(true);
  speak(400);
  hush(700);
  expect(said.some((each) => each.startsWith("end"))).toBe(false);
  lag(false);
  listener.vad.onStart();
  hush(180, 400);
  final("this?");
  hush(400);
  expect(said.at(-1)).toBe("end: What is this?");
});

test("without a model received silence alone ends a question", () => {
  const { said, speak, hush, final, lag } = startListening();
  lag(true);
  hush(2100);
  speak(400);
  hush(200);
  final("What is this?");
  hush(320);
  expect(said.at(-1)).toBe("end: What is this?");
});

test("a caller who is too soft for the clock is not cut short: the model's silence and a margin count", () => {
  const { said, feed, hush, final, listener } = startListening();
  const soft = new Int16Array(320).fill(100);
  feed(soft, 60, true);
  listener.vad.onStart();
  feed(soft, 340, true);
  final("What is");
  feed(soft, 400, true);
  expect(said.some((each) => each.startsWith("end"))).toBe(false);
  hush(160, 800);
  final("this?");
  hush(500);
  expect(said.some((each) => each.startsWith("end"))).toBe(false);
  hush(60);
  expect(said.at(-1)).toBe("end: What is this?");
});

test("a nod whose final comes before the model has seen its end is not waited for", () => {
  const { said, speak, feed, hush, final } = startListening({ onWords: () => "drop" });
  speak(600);
  feed(QUIET, 100, false);
  final("mhm");
  hush(200, 600);
  expect(said).toEqual(["speech", "no words"]);
});

test("a final that does not cover the end of the speech leaves more words to wait for", () => {
  const { said, speak, hush, final } = startListening({ onWords: () => "drop" });
  speak(500);
  final("mhm");
  speak(300);
  hush(800, 860);
  expect(said).not.toContain("no words");
  hush(1000);
  expect(said).toContain("no words");
});

test("soft speech is not covered by the final of what was said before it", () => {
  const { said, listener, speak, hush, final, feed } = startListening({ onWords: () => "drop" });
  const told = (): number => said.filter((each) => each === "no words").length;
  speak(300);
  hush(200, 300);
  final("mhm");
  hush(400);
  expect(told()).toBe(1);
  feed(QUIET, 60, true);
  listener.vad.onStart();
  feed(QUIET, 240, true);
  feed(QUIET, 160, false);
  listener.vad.onEnd(300);
  feed(QUIET, 60, false);
  expect(told()).toBe(1);
  feed(QUIET, 300, false);
  expect(told()).toBe(2);
});
