import { expect, test } from "vitest";
import { createWaste } from "../../../../orchestrator/session/answering/waste.ts";

test("what was thrown away in the last minute uses up a budget of tokens or of sound", () => {
  let nowMs = 0;
  const waste = createWaste(() => nowMs);
  expect(waste.spent()).toBeUndefined();
  waste.add({ tokens: 600, soundMs: 0 });
  nowMs = 30_000;
  waste.add({ tokens: 39, soundMs: 19_999 });
  expect(waste.spent()).toBeUndefined();
  waste.add({ tokens: 1, soundMs: 0 });
  expect(waste.spent()).toBe("tokens-spent");
  nowMs = 60_001;
  expect(waste.spent()).toBeUndefined();
  waste.add({ tokens: 0, soundMs: 1 });
  expect(waste.spent()).toBe("sound-spent");
});
