import { beforeAll, describe, expect, test } from "vitest";
import { degrade } from "./degrade.ts";
import { joined, silence, SPEECH_RATE, synthesise, type Utterance } from "./synthesise.ts";
import { createWordReader, type WordReaderOptions } from "./word-reader.ts";

const SENTENCES = [
  "What's in front of me?",
  "Is there a person in front of me?",
  "How many chairs are there?",
  "Read the sign on the wall.",
  "What does the label say?",
  "Is the light on?",
  "Where is my cup?",
  "Tell me a joke.",
  "Stop.",
  "Please say that again.",
  "Describe the table.",
  "Is anybody in the room?",
  "Which way is the exit?",
  "There is a red cup on the table.",
  "A person is standing near the window.",
  "I see two chairs and a door.",
  "The sign says push to open.",
  "I can't answer right now.",
  "Mhm.",
  "Okay.",
  "Paris is the capital of France.",
  "How far is it to the station?",
];
/** The times of what is read are as exact as its windows are long. */
const TOLERANCE_MS = 40;

const known: Utterance[] = [];
beforeAll(async () => {
  for (const sentence of SENTENCES) known.push(await synthesise(sentence));
});

function read(samples: Int16Array, options?: WordReaderOptions): ReturnType<Reader["words"]> {
  const reader = createWordReader(known, options);
  for (let at = 0; at < samples.length; at += 160) reader.push(samples.subarray(at, at + 160));
  return reader.words();
}
type Reader = ReturnType<typeof createWordReader>;

const sentence = (index: number): Utterance => known[index] ?? { samples: silence(0), words: [] };
const texts = (words: readonly { readonly text: string }[]): string =>
  words.map(({ text }) => text.toLowerCase()).join(" ");
const at = (ms: number): number => Math.round((ms * SPEECH_RATE) / 1000);

describe("every sentence is read back word by word", () => {
  test.each([
    ["as it is", {}, {}],
    ["through a narrow band", { bandwidthHz: 6500 }, {}],
    ["in noise at −60 dBFS", { noiseDb: -60 }, {}],
    ["in noise at −45 dBFS", { noiseDb: -45 }, {}],
    ["louder and clipped", { gainDb: 3 }, {}],
    ["quieter", { gainDb: -12, noiseDb: -62 }, { gainsDb: [0, -6, -12] }],
    ["with packets lost", { noiseDb: -60, dropEveryMs: 600 }, {}],
    [
      "through all of it",
      { bandwidthHz: 6500, noiseDb: -50, gainDb: -6, dropEveryMs: 900 },
      { gainsDb: [-6] },
    ],
  ])("%s", (_, how, options) => {
    const samples = joined([silence(300), ...known.flatMap((each) => [each.samples, silence(400)])]);
    const degraded = degrade(samples, how);
    expect(texts(read(degraded, options))).toBe(texts(known.flatMap(({ words }) => words)));
  });
});

test("the times are those of the audio received", () => {
  const { samples, words } = sentence(13);
  const heard = read(joined([silence(500), samples, silence(200)]));
  expect(heard).toHaveLength(words.length);
  for (const [index, { startMs, endMs }] of words.entries()) {
    expect(Math.abs((heard[index]?.startMs ?? 0) - startMs - 500)).toBeLessThan(TOLERANCE_MS);
    expect(Math.abs((heard[index]?.endMs ?? 0) - endMs - 500)).toBeLessThan(TOLERANCE_MS);
  }
});

test.each([0, 2, 3, 4, 5, 6, 7])("a sentence that is cut in word %i ends before it", (cut) => {
  const { samples, words } = sentence(13);
  const word = words[cut] ?? { startMs: 0, endMs: 0 };
  const heard = read(
    joined([silence(300), samples.slice(0, at((word.startMs + word.endMs) / 2)), silence(500)]),
  );
  expect(texts(heard)).toBe(texts(words.slice(0, cut)));
});

test.each([1, 2, 3, 4, 5, 6])("word %i that is lost is missing", (lost) => {
  const { samples, words } = sentence(13);
  const word = words[lost] ?? { startMs: 0, endMs: 0 };
  const heard = read(
    joined([silence(300), samples.slice(0, at(word.startMs)), samples.slice(at(word.endMs)), silence(300)]),
  );
  expect(texts(heard)).toBe(texts(words.filter((each) => each !== word)));
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])("word %i that comes twice is read twice", (index) => {
  const { samples, words } = sentence(13);
  const word = words[index] ?? { text: "", startMs: 0, endMs: 0 };
  const heard = read(
    joined([
      silence(300),
      samples.slice(0, at(word.endMs)),
      silence(60),
      samples.slice(at(word.startMs)),
      silence(300),
    ]),
  );
  const doubled = [...words.slice(0, index + 1), ...words.slice(index)];
  expect(texts(heard)).toBe(texts(doubled));
});

test("what is no known word is not read", async () => {
  const stranger = await synthesise("Unfamiliar gibberish hippopotamus umbrella.", { voice: "en-us+f3" });
  expect(read(joined([silence(300), stranger.samples, silence(300)]))).toEqual([]);
});

test("a word is told once it is over, and not taken back", () => {
  const { samples, words } = sentence(13);
  const all = joined([silence(300), samples, silence(300)]);
  const reader = createWordReader(known);
  const told: string[] = [];
  for (let from = 0; from < all.length; from += 320) {
    reader.push(all.subarray(from, from + 320));
    const now = texts(reader.words());
    if (now !== told.at(-1)) told.push(now);
  }
  expect(told.filter((text) => text !== "")).toEqual(
    words.map((_, index) => texts(words.slice(0, index + 1))),
  );
});
