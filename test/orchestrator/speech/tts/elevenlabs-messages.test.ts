import { describe, expect, it } from "vitest";
import { createAligner, elevenlabsMessage } from "../../../../orchestrator/speech/tts/elevenlabs-messages.ts";

function times(
  chars: string,
  firstMs: number,
  eachMs = 10,
): Parameters<ReturnType<typeof createAligner>["add"]>[0] {
  const list = Array.from(chars);
  return {
    chars: list,
    startsMs: list.map((_, index) => firstMs + index * eachMs),
    durationsMs: list.map(() => eachMs),
  };
}

describe("elevenlabsMessage", () => {
  const chars = ["a", "b"];
  const read = { chars, startsMs: [0, 10], durationsMs: [10, 12] };

  it.each([
    { chars, charStartTimesMs: [0, 10], charDurationsMs: [10, 12] },
    { chars, charsStartTimesMs: [0, 10], charsDurationsMs: [10, 12] },
    { chars, charStartTimesMs: [0, 10], charsDurationsMs: [10, 12] },
  ])("reads times by either name: %j", (alignment) => {
    expect(elevenlabsMessage.parse({ audio: "AAAA", alignment }).alignment).toEqual(read);
  });

  it.each([
    { chars, charStartTimesMs: [0, 10] },
    { chars, charStartTimesMs: [0], charDurationsMs: [10, 12] },
    { chars: "ab", charStartTimesMs: [0, 10], charDurationsMs: [10, 12] },
    { chars, charStartTimesMs: ["0", "10"], charDurationsMs: [10, 12] },
    [],
    "later",
  ])("keeps the sound of a message whose times cannot be read: %j", (alignment) => {
    const message = { contextId: "s1", audio: "AAAA", alignment, isFinal: "no" };
    expect(elevenlabsMessage.parse(message)).toEqual({
      contextId: "s1",
      audio: "AAAA",
      alignment: null,
      isFinal: null,
    });
  });

  it("takes an error of any kind for one", () => {
    expect(elevenlabsMessage.parse({ contextId: "s1", error: { code: 1 } }).error).toBe("unreadable");
  });
});

describe("createAligner", () => {
  it("adds up times that count from each message's own sound", () => {
    const aligner = createAligner("ab cd");
    expect(aligner.add(times("ab", 0), { beforeMs: 0, soundMs: 30 })).toEqual([
      { chars: 1, atMs: 10 },
      { chars: 2, atMs: 20 },
    ]);
    expect(aligner.endMs()).toBeUndefined();
    expect(aligner.add(times(" cd", 0), { beforeMs: 30, soundMs: 30 }).at(-1)).toEqual({
      chars: 5,
      atMs: 60,
    });
    expect(aligner.endMs()).toBe(60);
  });

  it("takes times that count from the first sound as they are", () => {
    const aligner = createAligner("abcd");
    aligner.add(times("ab", 0, 100), { beforeMs: 0, soundMs: 200 });
    expect(aligner.add(times("cd", 210, 100), { beforeMs: 200, soundMs: 100 }).at(-1)).toEqual({
      chars: 4,
      atMs: 410,
    });
  });

  it("is not misled by a late character in a short message", () => {
    const aligner = createAligner("abc");
    aligner.add(times("ab", 0, 20), { beforeMs: 0, soundMs: 46 });
    expect(aligner.add(times("c", 34, 20), { beforeMs: 46, soundMs: 46 })).toEqual([{ chars: 3, atMs: 100 }]);
  });

  it("counts no blanks, and characters of several letters as they are", () => {
    const aligner = createAligner("Hi 😀 you");
    const points = aligner.add(times(" Hi  😀you ", 0), { beforeMs: 0, soundMs: 200 });
    expect(points.at(-1)).toEqual({ chars: 9, atMs: 100 });
    expect(aligner.endMs()).toBe(100);
  });

  it("survives more characters than the text has", () => {
    const aligner = createAligner("ab");
    expect(aligner.add(times("abcd", 0), { beforeMs: 0, soundMs: 50 }).at(-1)?.chars).toBe(2);
    expect(createAligner("").add(times("x", 0), { beforeMs: 0, soundMs: 50 })).toEqual([]);
  });
});
