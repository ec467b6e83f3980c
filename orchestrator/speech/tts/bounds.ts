// What any voice takes for a text. The bounds are wide: they tell speech from what is none.

/** Fewest and most milliseconds that a spoken character takes at the voice's own rate. */
const CHAR_MS = { least: 24, most: 180 } as const;
/** Pauses and a slow start that even a short text may have, in milliseconds. */
const SLACK_MS = 2500;
/** Texts below this weight may be as short as they like. */
const SHORT_WEIGHT = 12;

/** What each word takes besides its letters. */
const WORD_WEIGHT = 2;

/** How long a word sounds compared with others, wherever it stands; 0 for none. */
export function wordWeight(word: string): number {
  const bare = word.trim();
  return bare === "" ? 0 : spokenWeight(bare) + WORD_WEIGHT;
}

/**
 * How long a text sounds compared with others: its letters, a little for each word, digits as the
 * words they become, and the pauses of its stops.
 */
export function spokenWeight(text: string): number {
  let weight = 0;
  for (const character of text) {
    if (/\p{N}/u.test(character)) weight += 4;
    else if (/[%$€£&+=@°]/u.test(character)) weight += 6;
    else if (/[,;:—–]/u.test(character)) weight += 3;
    else if (/[.!?…]/u.test(character)) weight += 4;
    else if (character === " ") weight += WORD_WEIGHT;
    else if (/[\p{Lo}\p{Script=Han}]/u.test(character)) weight += 3;
    else weight += 1;
  }
  return weight;
}

/** Milliseconds of audible sound between which a text spoken at `rate` must lie. */
export function durationBounds(text: string, rate: number): { readonly min: number; readonly max: number } {
  const weight = spokenWeight(text);
  return {
    min: weight < SHORT_WEIGHT ? 0 : (weight * CHAR_MS.least) / rate,
    max: (SLACK_MS + weight * CHAR_MS.most) / rate,
  };
}
