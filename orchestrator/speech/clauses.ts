import { stopKind } from "./abbreviations.ts";

/** Cuts a text that comes in pieces into clauses that can be said one by one; no character is lost. */
export interface ClauseSplitter {
  /** The clauses that are certain now, in order. */
  push(text: string): readonly string[];
  /** What is left, when the text is over. */
  end(): readonly string[];
}

/** A first clause shorter than this is not worth a voice's start, unless it is a sentence. */
const FIRST_WORDS = 3;
const FIRST_CHARS = 12;
/** A first clause without any stop is said after this many words. */
const FIRST_WORDS_AT_MOST = 12;
/** A sentence longer than this is cut at its last comma; a voice answers later the longer a text is. */
const CHARS_AT_MOST = 240;

/**
 * Creates a splitter for a language (BCP 47). The first clause is released early, at a comma or after
 * enough words; later ones are sentences. Where it cuts does not depend on how the text is chunked.
 */
export function createClauseSplitter(language = "en"): ClauseSplitter {
  const german = /^de\b/i.test(language);
  let pending = "";
  let isFirst = true;

  const take = (): readonly string[] => {
    const clauses: string[] = [];
    while (true) {
      const cut = findCut(pending, { isFirst, german });
      if (cut === undefined) break;
      clauses.push(pending.slice(0, cut));
      pending = pending.slice(cut);
      isFirst = false;
    }
    return clauses;
  };

  return {
    push: (text) => {
      pending += text;
      return take();
    },
    end: () => {
      const rest = pending;
      pending = "";
      return rest === "" ? [] : [rest];
    },
  };
}

/** Places between two words; wide stops need no blank behind them. */
const BETWEEN = /\s+|(?<=[。！？，；])(?=\S)/gu;

interface CutOptions {
  readonly isFirst: boolean;
  readonly german: boolean;
}

function findCut(text: string, { isFirst, german }: CutOptions): number | undefined {
  let words = 0;
  let lastComma: number | undefined;
  for (const { index, 0: gap } of text.matchAll(BETWEEN)) {
    const end = index + gap.length;
    const next = text.codePointAt(end);
    // The character behind a blank decides: "3. Mai", "etc. and".
    if (next === undefined) return undefined;
    const before = text.slice(0, index);
    if (!/[\p{L}\p{N}]/u.test(before)) continue;
    words += 1;
    const kind = gap.includes("\n") ? "sentence" : breakKind(before, String.fromCodePoint(next), german);
    if (kind === "sentence") return end;
    if (isFirst) {
      if (kind === "comma" && words >= FIRST_WORDS && index >= FIRST_CHARS) return end;
      if (words >= FIRST_WORDS_AT_MOST) return end;
    }
    if (end > CHARS_AT_MOST) return lastComma ?? end;
    if (kind === "comma") lastComma = end;
  }
  return undefined;
}

type BreakKind = "sentence" | "comma" | "word";

/** What stands at the end of `before`, when `next` is the character that follows the blank. */
function breakKind(before: string, next: string, german: boolean): BreakKind {
  const bare = before.replace(/["'”’“»«)\]*_`]+$/u, "");
  if (/[!?。！？]$/u.test(bare)) return "sentence";
  if (/(?:…|\.\.\.)$/u.test(bare)) return isLower(next) ? "comma" : "sentence";
  if (bare.endsWith(".")) return endsSentence(bare.slice(0, -1), next, german) ? "sentence" : "word";
  return /[,;:—–，；：]$/u.test(bare) ? "comma" : "word";
}

function endsSentence(before: string, next: string, german: boolean): boolean {
  if (isLower(next)) return false;
  const word = /\S*$/u.exec(before)?.[0] ?? "";
  const kind = stopKind(word);
  if (kind === "abbreviation") return false;
  if (kind === "before-number") return !/\p{N}/u.test(next);
  if (kind === "either") return /\p{Lu}/u.test(next);
  // "1. Milk" at the start of a line; "am 3. Mai" in German.
  if (/^\d{1,2}$/.test(word)) return !german && !/(?:^|\n)\s*\d{1,2}$/.test(before);
  return true;
}

function isLower(character: string): boolean {
  return /\p{Ll}/u.test(character);
}
