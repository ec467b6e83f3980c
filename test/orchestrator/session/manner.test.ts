import { expect, test } from "vitest";
import { createLog } from "../../../orchestrator/log.ts";
import { createManner } from "../../../orchestrator/session/manner.ts";
import { readPersona } from "../../../orchestrator/session/persona.ts";
import { createFakeVoice } from "../../standins/call/voice.ts";

const sound = { samples: new Int16Array(160), sampleRate: 16_000 };
const persona = { ...readPersona(undefined), language: "en", rate: 1, verbosity: "normal" as const };
const notices = { text: () => "I can't answer right now.", audio: () => sound };
const create = (voice = createFakeVoice()) =>
  createManner({ persona, notices, voice, log: createLog("silent") });

test("the rate goes in steps from a half to twice, and says when it cannot go on", () => {
  const manner = create();
  let steps = 0;
  while (manner.faster()) steps += 1;
  expect(manner.rate()).toBe(2);
  expect(steps).toBe(4);
  while (manner.slower());
  expect(manner.rate()).toBe(0.5);
  expect(manner.setRate(7)).toBe(true);
  expect(manner.rate()).toBe(2);
});

test("answers get shorter and longer between two ends", () => {
  const manner = create();
  expect(manner.note()).toBe("");
  expect(manner.shorter()).toBe(true);
  expect(manner.note()).toContain("ten words");
  expect(manner.shorter()).toBe(false);
  expect([manner.longer(), manner.longer(), manner.longer()]).toEqual([true, true, false]);
});

test("just the text takes the voice away until it is wanted again", () => {
  const manner = create();
  expect(manner.delivery(16_000).voice).toBeDefined();
  manner.setTextOnly(true);
  expect(manner.delivery(16_000).voice).toBeUndefined();
  manner.setTextOnly(false);
  expect(manner.delivery(16_000).voice).toBeDefined();
});

test("rendered sentences sound at the voice's own rate only, except that nothing can be answered", () => {
  const manner = create();
  expect(manner.delivery(16_000).rendered("Goodbye.")).toBe(sound);
  expect(manner.delivery(16_000).rendered("Something else.")).toBeUndefined();
  manner.faster();
  expect(manner.delivery(16_000).rendered("Goodbye.")).toBeUndefined();
  expect(manner.delivery(16_000).rendered("I can't answer right now.")).toBe(sound);
});

test("that nothing can be answered is said once in half a minute, and is a short sound in between", () => {
  const manner = create();
  manner.onSaid("I can't answer right now.");
  const again = manner.delivery(16_000).rendered("I can't answer right now.");
  expect(again).toBeDefined();
  expect(again).not.toBe(sound);
});
