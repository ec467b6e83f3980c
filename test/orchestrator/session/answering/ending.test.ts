import { expect, test } from "vitest";
import type { Answer } from "../../../../orchestrator/session/answering/answer.ts";
import { textSoFar, toEnding } from "../../../../orchestrator/session/answering/ending.ts";
import type { Live } from "../../../../orchestrator/session/answering/live.ts";

const words = ["One", " two", " three."].map((text, at) => ({
  type: "words" as const,
  text,
  startMs: at * 200,
  endMs: at * 200 + 200,
}));

function live(fields: Partial<Live> = {}): Live {
  const answer = { text: { items: ["One two", " three. Four."] }, words } as unknown as Answer;
  return { answer, readOnly: false, startedAtMs: 0, ...fields } as Live;
}

test.each([
  ["cut off: the words whose sound was over", {}, { playedMs: 400, interrupted: true }, "One two"],
  [
    "to its end: a resampled sound may be a little short",
    {},
    { playedMs: 570, interrupted: false },
    "One two three.",
  ],
  ["cut off before a sound", { startedAtMs: null }, { playedMs: 0, interrupted: true }, ""],
  [
    "read: all that was written",
    { readOnly: true },
    { playedMs: 0, interrupted: false },
    "One two three. Four.",
  ],
  [
    "read, and cut off before a word",
    { readOnly: true, startedAtMs: null },
    { playedMs: 0, interrupted: true },
    "",
  ],
  [
    "of a voice that said nothing: what there was to read",
    { startedAtMs: null },
    { playedMs: 0, interrupted: false },
    "One two three. Four.",
  ],
])("what was heard of an answer that was %s", (_, fields, how, text) => {
  expect(toEnding(live(fields), how)).toEqual({ text, interrupted: how.interrupted });
});

test("all that was written so far", () => {
  expect(textSoFar(live())).toBe("One two three. Four.");
});
