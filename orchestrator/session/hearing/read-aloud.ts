import { ALIKE, commonLength, plainWords } from "./echo.ts";

/** A text is read aloud this long after its last word came, or longer when it has many. */
const READ_MS = 15_000;
const WORD_MS = 300;
/** Fewer words are an echo only when they are a whole sentence of the text: "read the letter" may be an answer to it. */
const FEW_WORDS = 4;

/** Texts that the caller's device reads aloud beside an open microphone: what comes back of them is nobody's question. */
export interface ReadAloud {
  /** More of the text of this name. */
  note(name: string, text: string): void;
  /** Whether words that were heard are such a text, or a stretch of one. */
  isEcho(heard: string, final: boolean): boolean;
}

export function createReadAloud(now: () => number): ReadAloud {
  const texts = new Map<string, { words: readonly string[]; text: string; atMs: number }>();

  const forgetOld = (): void => {
    for (const [name, { words, atMs }] of texts) {
      if (now() - atMs > Math.max(READ_MS, WORD_MS * words.length)) texts.delete(name);
    }
  };

  return {
    note(name, more) {
      forgetOld();
      const text = (texts.get(name)?.text ?? "") + more;
      texts.set(name, { text, words: plainWords(text), atMs: now() });
    },
    isEcho(heard, final) {
      forgetOld();
      const said = plainWords(heard);
      return [...texts.values()].some(({ words, text }) =>
        final && said.length < FEW_WORDS ? isSentence(said, text) : isStretch(said, words),
      );
    },
  };
}

/** Of several sentences none of a single word is meant: anybody says "yes". */
function isSentence(said: readonly string[], text: string): boolean {
  const sentences = text
    .split(/[.!?…:;]+/u)
    .map(plainWords)
    .filter(({ length }) => length > 0);
  const same = sentences.filter((words) => words.join(" ") === said.join(" "));
  return same.length > 0 && (said.length > 1 || sentences.length === 1);
}

/**
 * Nearly all of the words stand together in the text. A question about it shares words with it, and has
 * some of its own: of five words even one is enough.
 */
function isStretch(said: readonly string[], words: readonly string[]): boolean {
  if (said.length === 0) return false;
  const width = Math.ceil(said.length / ALIKE);
  return words.some((_, from) => {
    const common = commonLength(said, words.slice(from, from + width));
    return common === said.length || common > ALIKE * said.length;
  });
}
