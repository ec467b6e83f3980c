import { resample } from "../speech/resample.ts";
import { joined, SPEECH_RATE, synthesise, type TimedWord } from "../speech/synthesise.ts";

/** What a stand-in says for a text. */
export interface VoiceSound {
  readonly samples: Int16Array;
  readonly sampleRate: number;
  /** The words as they stand in the text, in order. */
  readonly words: readonly TimedWord[];
}

/** Makes the sound of a text; `speed` 2 is twice as fast. */
export type MakeSound = (text: string, speed: number) => Promise<VoiceSound>;

const WORDS_PER_MINUTE = 200;

/** Speech by espeak-ng, word by word, so that a word reader knows the words again. */
export function espeakSound(sampleRate: number): MakeSound {
  return async (text, speed) => {
    const { samples, words } = await synthesise(text, { speed: Math.round(WORDS_PER_MINUTE * speed) });
    return { samples: resample(samples, SPEECH_RATE, sampleRate), sampleRate, words };
  };
}

const CODED_RATE = 24_000;
/** Sound of a coded word, in milliseconds per character. */
const CODED_CHAR_MS = 40;
/** Each word begins with so many samples of this amplitude, so that a word said again is told apart. */
const MARK = { samples: 48, amplitude: 900 } as const;
/** Amplitude of the first word of the first voice; each voice has as many as there are words. */
const FIRST_AMPLITUDE = 1000;

/** Words that coded sound can say; no word twice. */
export type Vocabulary = readonly string[];

/**
 * Sound whose samples tell exactly which word of which voice they are: each word is a square wave of
 * an amplitude of its own.
 */
export function codedSound(vocabulary: Vocabulary, voice = 0): MakeSound {
  return async (text) => {
    const words: TimedWord[] = [];
    const pieces: Int16Array[] = [];
    let at = 0;
    for (const word of text.split(/\s+/).filter((each) => each !== "")) {
      const number = vocabulary.indexOf(word);
      if (number < 0) throw new Error(`not in the vocabulary: ${word}`);
      const length = codedLength(word);
      pieces.push(codedWord(FIRST_AMPLITUDE + voice * vocabulary.length + number, length));
      words.push({ text: word, startMs: toMs(at), endMs: toMs(at + length) });
      at += length;
    }
    return { samples: joined(pieces), sampleRate: CODED_RATE, words };
  };
}

/** What was said in coded sound: the words that are complete, in order, and how many are not. */
export function readCoded(
  samples: Int16Array,
  vocabulary: Vocabulary,
): { readonly words: readonly string[]; readonly broken: number } {
  const words: string[] = [];
  let broken = 0;
  const endOf = (start: number, amplitude: number): number => {
    let end = start;
    while (end < samples.length && Math.abs(samples[end] ?? 0) === amplitude) end += 1;
    return end;
  };
  for (let at = 0; at < samples.length;) {
    const body = endOf(at, MARK.amplitude);
    const amplitude = Math.abs(samples[body] ?? 0);
    const end = endOf(body, amplitude);
    const word = vocabulary[(amplitude - FIRST_AMPLITUDE) % vocabulary.length];
    const isWhole = word !== undefined && body > at && end - body === codedLength(word) - MARK.samples;
    if (isWhole) words.push(word);
    else broken += 1;
    at = end;
  }
  return { words, broken };
}

/** Samples of a coded word. */
export function codedLength(word: string): number {
  return (word.length * CODED_CHAR_MS * CODED_RATE) / 1000;
}

function codedWord(amplitude: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, index) => {
    const sample = index < MARK.samples ? MARK.amplitude : amplitude;
    return index % 48 < 24 ? sample : -sample;
  });
}

function toMs(samples: number): number {
  return (samples / CODED_RATE) * 1000;
}
