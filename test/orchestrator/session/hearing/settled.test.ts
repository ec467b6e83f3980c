import { expect, test } from "vitest";
import { createSettled } from "../../../../orchestrator/session/hearing/settled.ts";

test.each([
  ["What is this?", true, true],
  ["What is this thing?", true, false],
  ["What is", true, false],
  ["what is", false, true],
  ["what is this thing", false, false],
  ["?", true, false],
])("of 'What is this', %j, final %s, is covered: %s", (words, final, isCovered) => {
  const settled = createSettled(() => 0);
  expect(settled.covers(words, final)).toBe(false);
  settled.take("What is this");
  expect(settled.covers(words, final)).toBe(isCovered);
  settled.forget();
  expect(settled.covers(words, final)).toBe(false);
});

test("the same words ten seconds later are new ones", () => {
  let nowMs = 0;
  const settled = createSettled(() => nowMs);
  settled.take("What is this");
  nowMs = 10_000;
  expect(settled.covers("What is this?", true)).toBe(true);
  nowMs += 1;
  expect(settled.covers("What is this?", true)).toBe(false);
});
