import { espeakWord } from "./espeak-word.ts";

/** Where a word sounds in an utterance. */
export interface TimedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Speech with exact word times. */
export interface Utterance {
  /** 16 kHz mono. */
  readonly samples: Int16Array;
  readonly words: readonly TimedWord[];
}

export interface SynthesisOptions {
  /** An espeak-ng voice. Default: `en-us`. */
  readonly voice?: string;
  /** Words per minute, as espeak-ng counts. Default: 200. */
  readonly speed?: number;
  /** Silence after the word with this number, in milliseconds. Default after each word but the last: 30. */
  readonly pausesMs?: Readonly<Record<number, number>>;
}

export const SPEECH_RATE = 16_000;
const GAP_MS = 30;

/**
 * Speaks a text word by word with espeak-ng, so that the times of the words are exact and the same
 * word sounds the same wherever it stands. Punctuation belongs to the word before it.
 *
 * @throws {Error} when espeak-ng is missing or has no such voice
 */
export async function synthesise(text: string, options: SynthesisOptions = {}): Promise<Utterance> {
  const { voice = "en-us", speed = 200, pausesMs = {} } = options;
  const texts = splitWords(text);
  const sounds = await Promise.all(texts.map((word) => espeakWord(word, { voice, speed })));
  const pieces: Int16Array[] = [];
  const words: TimedWord[] = [];
  let at = 0;
  const add = (samples: Int16Array): void => {
    pieces.push(samples);
    at += samples.length;
  };
  for (const [index, sound] of sounds.entries()) {
    const startMs = toMs(at);
    add(sound);
    words.push({ text: texts[index] ?? "", startMs, endMs: toMs(at) });
    const pauseMs = pausesMs[index] ?? (index < sounds.length - 1 ? GAP_MS : 0);
    if (pauseMs > 0) add(silence(pauseMs));
  }
  return { samples: joined(pieces), words };
}

/** Silent 16 kHz samples. */
export function silence(durationMs: number): Int16Array {
  return new Int16Array(Math.round((durationMs * SPEECH_RATE) / 1000));
}

/** All samples, one after the other. */
export function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Words with their punctuation; a dash that stands alone belongs to the word before it. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const token of text.split(/\s+/).filter((each) => each !== "")) {
    if (/[\p{L}\p{N}]/u.test(token) || words.length === 0) words.push(token);
    else words.push(`${words.pop() ?? ""} ${token}`);
  }
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word));
}

function toMs(samples: number): number {
  return (samples / SPEECH_RATE) * 1000;
}
