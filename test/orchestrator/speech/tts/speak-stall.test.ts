import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVoice } from "../../../../orchestrator/speech/voice.ts";
import { startElevenlabs } from "../../../standins/tts/elevenlabs.ts";
import { startOpenaiVoice } from "../../../standins/tts/openai-voice.ts";
import { codedLength, codedSound, readCoded } from "../../../standins/tts/sound.ts";
import type { VoiceBehaviour, VoiceFault } from "../../../standins/tts/behaviour.ts";
import { hear, service } from "../../../standins/tts/hear.ts";

const TEXT = "one two three, four five six. Seven eight nine.";
const WORDS = TEXT.split(" ");
const LIMITS = { firstAudioMs: 1500, gapMs: 600, drySilenceMs: 60 };
const FIRST_CLAUSE = WORDS.slice(0, 3);

type Start = (voice: number) => Promise<{
  readonly url: string;
  readonly next: (...behaviours: readonly VoiceBehaviour[]) => void;
  readonly close: () => Promise<void>;
}>;

const exact: Start = (voice) => startElevenlabs({ makeSound: codedSound(WORDS, voice) });
const estimated: Start = (voice) => startOpenaiVoice({ makeSound: codedSound(WORDS, voice) });

/** A speech whose first voice breaks in its first clause. */
async function speakWith(
  start: Start,
  name: "elevenlabs" | "openai",
  behaviour: VoiceBehaviour,
): Promise<Awaited<ReturnType<typeof hear>>> {
  const [first, second] = await Promise.all([start(0), start(1)]);
  const voice = await createVoice([service(name, { url: first.url }), service(name, { url: second.url })], {
    limits: LIMITS,
    probeAfterMs: 60_000,
  });
  try {
    first.next(behaviour);
    if (voice === undefined) throw new Error("no voice");
    return await hear(voice, TEXT);
  } finally {
    await voice?.close();
    await Promise.all([first.close(), second.close()]);
  }
}

const clauseBytes = FIRST_CLAUSE.reduce((sum, word) => sum + codedLength(word) * 2, 0);
const wordEnds = FIRST_CLAUSE.map((_, index) =>
  FIRST_CLAUSE.slice(0, index + 1).reduce((sum, word) => sum + codedLength(word) * 2, 0),
);
/** In the last character nothing tells sound that breaks off from sound that is a little short. */
const lastByte = clauseBytes - codedLength("x") * 2;
const places = fc.oneof(
  fc.integer({ min: 0, max: lastByte }),
  fc
    .constantFrom(...wordEnds.flatMap((end) => [end - 2, end - 1, end, end + 1, end + 2]))
    .filter((at) => at <= lastByte),
);
const faults = fc.record({
  type: fc.constantFrom<"stall" | "cut" | "end">("stall", "cut", "end"),
  atByte: places,
}) satisfies fc.Arbitrary<VoiceFault>;
const chunks = fc.integer({ min: 5, max: 400 });

/** Many speeches at once: each of them waits for its own deadline. */
async function checkAll(
  cases: readonly (readonly [VoiceFault & { readonly atByte: number }, number])[],
  check: (fault: VoiceFault, chunkMs: number) => Promise<void>,
): Promise<void> {
  const left = [...cases];
  const work = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await check(next[0], next[1]);
  };
  await Promise.all(Array.from({ length: 12 }, work));
}

describe("a voice that breaks off at byte N", () => {
  it("is followed by one that says the rest, every word exactly once", { timeout: 60_000 }, async () => {
    const cases = fc.sample(fc.tuple(faults, chunks), 150);
    await checkAll(cases, async (fault, chunkMs) => {
      const heard = await speakWith(exact, "elevenlabs", { fault, chunkMs });
      const { words, broken } = readCoded(heard.samples, WORDS);
      expect({ fault, chunkMs, words, text: heard.text }).toEqual({
        fault,
        chunkMs,
        words: WORDS,
        text: TEXT,
      });
      expect(broken).toBeLessThanOrEqual(Math.max(1, heard.places.length - 1));
    });
  });

  it("loses no word when the service tells no times", { timeout: 60_000 }, async () => {
    const cases = fc.sample(fc.tuple(faults, chunks), 100);
    await checkAll(cases, async (fault, chunkMs) => {
      const heard = await speakWith(estimated, "openai", { fault, chunkMs });
      expect(heard.text).toBe(TEXT);
      if (fault.type === "end") return;
      const { words } = readCoded(heard.samples, WORDS);
      expect({ fault, chunkMs, said: WORDS.filter((word) => !words.includes(word)) }).toEqual({
        fault,
        chunkMs,
        said: [],
      });
      expect(words.length).toBeLessThanOrEqual(WORDS.length + FIRST_CLAUSE.length);
    });
  });
});
