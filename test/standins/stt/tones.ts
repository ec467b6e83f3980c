import type { TimedWord } from "../speech/synthesise.ts";
import type { WordReader } from "../speech/word-reader.ts";

// A language whose words are tones: lost, cut and doubled words show, and it needs no synthesiser.

const RATE = 16_000;
const WORD_MS = 180;
const GAP_MS = 70;
const WORD_SAMPLES = (WORD_MS * RATE) / 1000;
const LEVEL = 8000;
/** One window of the reader: 10 ms. */
const WINDOW = 160;

/** All words there are; a word's tone is 500 Hz and 100 Hz for each word before it. */
export const TONE_WORDS =
  "what is in front of me there a red cup on the table and two people near door left right stop go now please read this sign".split(
    " ",
  );

/** Sound of words, a gap after each. */
export function toneSpeech(text: string): { pcm: Int16Array; words: readonly TimedWord[] } {
  const words = text.split(" ");
  const step = ((WORD_MS + GAP_MS) * RATE) / 1000;
  const pcm = new Int16Array(words.length * step);
  for (const [index, word] of words.entries()) {
    const tone = TONE_WORDS.indexOf(word);
    if (tone < 0) throw new Error(`no tone for ${word}`);
    const frequency = 500 + 100 * tone;
    for (let i = 0; i < WORD_SAMPLES; i++)
      pcm[index * step + i] = LEVEL * Math.sin((2 * Math.PI * frequency * (i + 0.5)) / RATE);
  }
  return {
    pcm,
    words: words.map((word, index) => ({
      text: word,
      startMs: index * (WORD_MS + GAP_MS),
      endMs: index * (WORD_MS + GAP_MS) + WORD_MS,
    })),
  };
}

/** Reads tones back. A tone that is cut short is no word. */
export function createToneReader(): WordReader {
  const found: TimedWord[] = [];
  let position = 0;
  let tone: number[] = [];
  let quiet = 0;

  const finish = (): void => {
    const lengthMs = (tone.length / RATE) * 1000;
    if (lengthMs > WORD_MS - 15) {
      let crossings = 0;
      for (let i = 1; i < tone.length; i++) if (tone[i - 1]! < 0 !== tone[i]! < 0) crossings += 1;
      const word = TONE_WORDS[Math.round((crossings / 2 / (tone.length / RATE) - 500) / 100)];
      const endMs = ((position - quiet) / RATE) * 1000;
      if (word !== undefined) found.push({ text: word, startMs: endMs - lengthMs, endMs });
    }
    tone = [];
  };

  return {
    words: () => found,
    push(samples) {
      for (const sample of samples) {
        position += 1;
        const isLoud = Math.abs(sample) > LEVEL / 50;
        quiet = isLoud ? 0 : quiet + 1;
        if (isLoud || (tone.length > 0 && quiet < WINDOW)) tone.push(sample);
        else if (tone.length > 0) {
          tone.length -= WINDOW - 1;
          finish();
        }
      }
    },
  };
}
