import { mayGrow, spokenWords } from "./spoken-words.ts";

/** A piece of a stream: one word or stop with whatever stands before it. */
export interface Atom {
  /** Exactly the characters of the stream; without those that were taken ahead. */
  readonly text: string;
  /** The whole word, contractions taken apart; empty for a rest without words. */
  readonly words: readonly string[];
}

/** Cuts a text that arrives in pieces into words, however it was cut before. */
export interface WordStream {
  /** The words that are whole now; with `ended`, all that is left. */
  push(text: string, ended: boolean): readonly Atom[];
  /** The beginning of a word that may still grow; empty when none has begun. */
  unfinishedWord(): string;
  /** Takes all that is not whole yet; its word follows, once whole, with the rest of its characters. */
  takeAhead(): string;
}

export function createWordStream(): WordStream {
  /** From the end of the last whole word on; the first `taken` characters were handed out ahead. */
  let buffer = "";
  let taken = 0;

  return {
    push(text, ended) {
      buffer += text;
      const atoms: Atom[] = [];
      let at = 0;
      for (const token of spokenWords(buffer)) {
        if (!ended && mayGrow(token, buffer)) break;
        const from = Math.max(at, taken);
        atoms.push({ text: buffer.slice(from, Math.max(from, token.end)), words: token.words });
        at = token.end;
      }
      buffer = buffer.slice(at);
      taken = Math.max(0, taken - at);
      if (ended) atoms.push({ text: buffer.slice(taken), words: [] });
      return atoms;
    },

    unfinishedWord() {
      const last = spokenWords(buffer).at(-1);
      return last === undefined ? "" : buffer.slice(last.start);
    },

    takeAhead() {
      const text = buffer.slice(taken);
      const inWord = spokenWords(buffer).length > 0;
      buffer = inWord ? buffer : "";
      taken = buffer.length;
      return text;
    },
  };
}
