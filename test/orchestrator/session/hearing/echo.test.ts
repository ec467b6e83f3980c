import { expect, test } from "vitest";
import { isEcho } from "../../../../orchestrator/session/hearing/echo.ts";

const answer = "A red mug stands on the table, at one o'clock.";
const words = answer.split(/(?<=\s)/).map((text, index) => ({
  type: "words" as const,
  text,
  startMs: index * 300,
  endMs: index * 300 + 300,
}));

test.each([
  ["red mug stands", 300, 1200, true],
  ["Red mug, stands on", 300, 1500, true],
  ["red mud stands on the table", 300, 2200, true],
  ["what color is it", 300, 1200, false],
  ["red mug what color is it", 300, 1200, false],
  ["mug", 600, 900, true],
  ["one o'clock", 300, 1200, false],
  ["a red mug", 2700, 3000, false],
  ["stop", 300, 1200, false],
  ["", 300, 1200, false],
])("%j heard from %d ms on at %d ms: echo %s", (heard, fromMs, toMs, echo) => {
  expect(isEcho(heard, words, { fromMs, toMs })).toBe(echo);
});
