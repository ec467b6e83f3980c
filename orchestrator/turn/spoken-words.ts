/** A word or a stop of a text, in a form that phrases can be written in. */
export interface Token {
  /** Lower case, or one stop of `, . ; :`, `.` for every end of a sentence; a contraction gives two words. */
  readonly words: readonly string[];
  /** Offset of its first character in the text. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
}

const TOKEN = /[\p{L}\p{N}]+(?:['’‘ʼ´`\-‑][\p{L}\p{N}]+)*|[,.;:!?\n—–…]/gu;
const STOPS: ReadonlySet<string> = new Set([",", ".", ";", ":"]);

const IRREGULAR: Readonly<Record<string, readonly string[]>> = {
  cannot: ["can", "not"],
  "can't": ["can", "not"],
  "won't": ["will", "not"],
  im: ["i", "am"],
  dont: ["do", "not"],
  cant: ["can", "not"],
  noone: ["no", "one"],
  "no-one": ["no", "one"],
};

const ENDINGS: readonly (readonly [string, string])[] = [
  ["n't", "not"],
  ["'m", "am"],
  ["'re", "are"],
  ["'ve", "have"],
  ["'ll", "will"],
  ["'d", "would"],
  ["'s", "is"],
];

/** All words and stops of a text, contractions taken apart: `I’m` is `i am`, and `nobody's` is `nobody is`. */
export function spokenWords(text: string): readonly Token[] {
  return [...text.matchAll(TOKEN)].map((match) => ({
    words: wordsOf(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The words of a text without its stops, contractions taken apart. */
export function wordsIn(text: string): readonly string[] {
  return spokenWords(text)
    .filter(({ words }) => !isStop(words))
    .flatMap(({ words }) => words);
}

/** The words of one token: `can't` is `can not`. */
function wordsOf(token: string): readonly string[] {
  const word = plain(token);
  if (/^[!?\n…]$/.test(word)) return ["."];
  if (word === "—" || word === "–") return [","];
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return irregular;
  for (const [ending, meaning] of ENDINGS) {
    if (word.endsWith(ending) && word.length > ending.length) return [word.slice(0, -ending.length), meaning];
  }
  return [word];
}

/** Whether these words are a stop such as a comma. */
export function isStop(words: readonly string[]): boolean {
  return STOPS.has(words[0] ?? "");
}

/** Whether more text may make the token a longer word. */
export function mayGrow(token: Token, text: string): boolean {
  return !isStop(token.words) && /^['’‘ʼ´`\-‑]?$/.test(text.slice(token.end));
}

/**
 * What the first word may begin with that an unfinished word becomes: the letters so far, `can` for
 * `cann`, which may still be `can not`, and `will` for `wo`, which may become `won't`.
 */
export function beginnings(unfinished: string): readonly string[] {
  const raw = plain(unfinished);
  const contracted = ENDINGS.flatMap(([ending]) =>
    Array.from(ending, (_, index) => ending.slice(0, index + 1)).filter((part) => raw.endsWith(part)),
  ).map((part) => raw.slice(0, -part.length));
  const irregular = Object.entries(IRREGULAR).filter(([word]) => word.startsWith(raw));
  return [raw, ...contracted, ...irregular.map(([, words]) => words[0] ?? "")].filter((word) => word !== "");
}

function plain(token: string): string {
  return token
    .toLowerCase()
    .replace(/[’‘ʼ´`]/g, "'")
    .replace(/‑/g, "-");
}
