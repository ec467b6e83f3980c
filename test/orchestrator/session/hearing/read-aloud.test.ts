import { expect, test } from "vitest";
import { createReadAloud } from "../../../../orchestrator/session/hearing/read-aloud.ts";

const TEXT = "A red mug stands on the table, at one o'clock. Beside it lies a folded newspaper.";

function setUp(text = TEXT) {
  let nowMs = 0;
  const readAloud = createReadAloud(() => nowMs);
  for (const piece of text.split(/(?<= )/)) readAloud.note("turn", piece);
  return { readAloud, pass: (ms: number) => (nowMs += ms) };
}

test.each([
  ["A red mug stands on the table at one o'clock.", true],
  ["beside it lies a folded newspaper", true],
  ["on the table, at one o'clock", true],
  ["a red mud stands on the table at one", true],
  ["What stands on the table?", false],
  ["What color is the red mug?", false],
  ["Is the mug on the table mine?", false],
  ["Read the newspaper.", false],
  ["yes", false],
  ["the table", false],
  ["", false],
])("%j is an echo: %s", (heard, echo) => {
  expect(setUp().readAloud.isEcho(heard, true)).toBe(echo);
});

test("a whole short text is an echo, and the first words of a long one while they are not final", () => {
  expect(setUp("Yes.").readAloud.isEcho("yes", true)).toBe(true);
  expect(setUp("Yes. It is red.").readAloud.isEcho("it is red", true)).toBe(true);
  expect(setUp().readAloud.isEcho("a red", false)).toBe(true);
  expect(setUp().readAloud.isEcho("what", false)).toBe(false);
});

test("what was offered can be taken up in its own words", () => {
  const { readAloud } = setUp("Yes. Shall I read the letter?");
  expect(readAloud.isEcho("read the letter", true)).toBe(false);
  expect(readAloud.isEcho("yes", true)).toBe(false);
});

test("a text is forgotten when it has been read, a long one later", () => {
  const short = setUp();
  short.pass(14_000);
  expect(short.readAloud.isEcho("beside it lies a folded newspaper", true)).toBe(true);
  short.pass(2000);
  expect(short.readAloud.isEcho("beside it lies a folded newspaper", true)).toBe(false);
  const long = setUp(`${TEXT} `.repeat(6));
  long.pass(20_000);
  expect(long.readAloud.isEcho("beside it lies a folded newspaper", true)).toBe(true);
});
