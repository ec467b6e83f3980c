import type { Spoken } from "../../speech/speech.ts";

/** One word, or what a voice counts as one, at its place in a speech. */
export type TimedWords = Extract<Spoken, { type: "words" }>;

/** The exact prefix of a speech whose sound has been played to its end. */
export function heardUntil(words: readonly TimedWords[], playedMs: number): readonly TimedWords[] {
  const next = words.findIndex(({ endMs }) => endMs > playedMs);
  return next < 0 ? words : words.slice(0, next);
}

/** The words as one text. */
export function textOf(words: readonly TimedWords[]): string {
  return words.map(({ text }) => text).join("");
}

/** Nearer to its end, a word was as good as heard: it would be heard twice. */
const ALMOST_MS = 60;
/** What a voice counts as one word and takes longer is none. */
const LONGEST_WORD_MS = 900;

/** Where a speech that is cut off at an instant goes on, so that no word is heard by half. */
export function goesOnFromMs(words: readonly TimedWords[], playedMs: number): number {
  const cut = words.find(({ startMs, endMs }) => startMs < playedMs && playedMs < endMs - ALMOST_MS);
  return cut && cut.endMs - cut.startMs <= LONGEST_WORD_MS ? cut.startMs : playedMs;
}
