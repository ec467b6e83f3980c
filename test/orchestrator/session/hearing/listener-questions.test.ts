import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LOUD, startListening } from "./listening.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("a question is prepared for again when the speech behind it held no words, long before its end", () => {
  const { said, speak, hush, final } = startListening();
  speak(400);
  hush(200, 400);
  final("What is this?");
  hush(200);
  speak(280);
  hush(340, 280);
  expect(said).toEqual(["speech", "perhaps: What is this?", "speech"]);
  hush(20);
  expect(said.at(-1)).toBe("perhaps: What is this?");
  hush(600);
  expect(said).toHaveLength(4);
  hush(60);
  expect(said.slice(4)).toEqual(["end: What is this?"]);
});

test("who has spoken for 360 ms goes on with the question, and who has not may not", () => {
  const { said, speak, hush, final, feed } = startListening();
  speak(400);
  hush(200, 400);
  final("What is");
  speak(280);
  hush(200, 280);
  expect(said).not.toContain("goes on");
  speak(340);
  expect(said).not.toContain("goes on");
  feed(LOUD, 20, true);
  expect(said.at(-1)).toBe("goes on");
});

test("nothing is prepared for half a question whose other half is being recognised", () => {
  const { said, speak, hush, final, interim } = startListening();
  speak(400);
  hush(200, 400);
  final("What is");
  speak(500);
  interim("this");
  hush(600, 500);
  final("this?");
  expect(said.filter((each) => each.startsWith("perhaps"))).toEqual(["perhaps: What is"]);
  expect(said.at(-1)).toBe("end: What is this?");
});
