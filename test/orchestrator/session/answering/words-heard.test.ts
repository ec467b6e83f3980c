import fc from "fast-check";
import { expect, test } from "vitest";
import { goesOnFromMs, heardUntil, textOf } from "../../../../orchestrator/session/answering/words-heard.ts";

const words = ["One", " two", " three."].map((text, index) => ({
  type: "words" as const,
  text,
  startMs: index * 100,
  endMs: index * 100 + 100,
}));

test.each([
  [0, ""],
  [99, ""],
  [100, "One"],
  [250, "One two"],
  [300, "One two three."],
  [Infinity, "One two three."],
])("after %d ms %j was heard", (playedMs, heard) => {
  expect(textOf(heardUntil(words, playedMs))).toBe(heard);
});

test("what was heard is a prefix, and only grows", () => {
  fc.assert(
    fc.property(fc.nat(400), fc.nat(400), (one, other) => {
      const [before, after] = [Math.min(one, other), Math.max(one, other)].map((ms) =>
        textOf(heardUntil(words, ms)),
      );
      expect(textOf(words).startsWith(after ?? "")).toBe(true);
      expect(after?.startsWith(before ?? "")).toBe(true);
    }),
  );
});

test.each([
  ["before a word", 0, 0],
  ["within a word: from its beginning", 120, 100],
  ["so near to the word's end that it was as good as heard", 150, 150],
  ["between two words", 200, 200],
  ["behind the last word", 400, 400],
])("a speech that was cut off %s goes on where no word is heard by half", (_, playedMs, fromMs) => {
  expect(goesOnFromMs(words, playedMs)).toBe(fromMs);
});

test("a sentence that a voice counts as one word goes on where it was cut off", () => {
  expect(goesOnFromMs([{ type: "words", text: "One moment please.", startMs: 0, endMs: 1400 }], 700)).toBe(
    700,
  );
});
