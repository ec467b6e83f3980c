import type { TimedWords } from "../answering/words-heard.ts";

/** A loudspeaker's sound comes back, and is recognised, within this time. */
const BACK_MS = 1500;
/** A recogniser gets this share of the words of an echo right. */
export const ALIKE = 0.8;

/**
 * Whether words that were heard are the answer's own, come back through the microphone: speech that
 * began while the answer sounded, and says what sounded then.
 *
 * @param fromMs how much of the answer had been played when the speech began
 * @param toMs how much of it has been played now
 */
export function isEcho(
  heard: string,
  words: readonly TimedWords[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): boolean {
  const sounded = words.filter(({ startMs, endMs }) => endMs > fromMs - BACK_MS && startMs < toMs);
  const said = plainWords(heard);
  const own = plainWords(sounded.map(({ text }) => text).join(""));
  return said.length > 0 && commonLength(said, own) >= Math.max(1, ALIKE * said.length);
}

/** The words of a text, in lower case and without punctuation. */
export function plainWords(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu) ?? [];
}

/** How many words of one text stand in the other, in the same order. */
export function commonLength(one: readonly string[], other: readonly string[]): number {
  let row = Array.from({ length: other.length + 1 }, () => 0);
  for (const word of one) {
    const next = [0];
    for (const [index, against] of other.entries()) {
      const same = word === against ? (row[index] ?? 0) + 1 : 0;
      next.push(Math.max(same, row[index + 1] ?? 0, next[index] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
