import { createDenialCheck } from "./denial-check.ts";
import { DENIAL_ENGLISH } from "./denial-english.ts";
import { DENIAL_GERMAN } from "./denial-german.ts";
import type { DenialWords } from "./denial-words.ts";
import type { Language } from "../language.ts";

export interface DenialOptions {
  /** People the detector is certain of; with none there is nothing to hold an answer against. */
  readonly persons: number;
  /** Takes the place of the first clause that denies them. */
  readonly hedge: string;
  /** The question asks for people, so that a bare `No` or `None` denies them too. */
  readonly peopleAsked?: boolean;
  /** The language that the answer is expected in. Default: English. */
  readonly language?: Language;
  /** Called once, at the first contradicted clause. */
  onContradiction(): void;
}

/**
 * Passes an answer on as it streams and holds back only what may become a clause that denies people.
 * When the detector is certain of people such a clause is replaced by the hedge; everything else
 * comes out unchanged and at once. Returning early closes the source. A German answer is read as
 * English too, since a model may slip into the language of its prompt.
 */
export async function* checkDenials(
  tokens: AsyncIterable<string>,
  options: DenialOptions,
): AsyncGenerator<string> {
  const said = { contradicted: false };
  if (options.persons === 0) {
    yield* tokens;
  } else if (options.language === "de") {
    const german = checked(tokens, createDenialCheck(options, DENIAL_GERMAN, said));
    yield* checked(german, createDenialCheck(options, ENGLISH_AMONG_GERMAN, said));
  } else {
    yield* checked(tokens, createDenialCheck(options, DENIAL_ENGLISH, said));
  }
}

/** Whether a question asks if people are there, or how many. */
export function asksForPeople(question: string, language: Language = "en"): boolean {
  return ASKS_IN_ENGLISH.test(question) || (language === "de" && ASKS_IN_GERMAN.test(question));
}

const ASKS_IN_ENGLISH =
  /\b(?:any(?:one|body)|some(?:one|body)|people|persons?|nobody|no one|alone|who|empty)\b|\bis (?:he|she) (?:still )?(?:here|there)\b/i;

const ASKS_IN_GERMAN =
  /(?<!\p{L})(?:(?:irgend)?(?:jemand|wer)(?:en|em)?|niemand(?:en|em)?|keiner|we[mn]|leute|mensch(?:en)?|person(?:en)?|allein|alleine|menschenleer|leer|ist (?:er|sie) (?:noch )?(?:da|hier))(?!\p{L})/iu;

const ENGLISH_AMONG_GERMAN: DenialWords = {
  ...DENIAL_ENGLISH,
  but: DENIAL_GERMAN.but,
  again: DENIAL_GERMAN.again,
};

async function* checked(
  tokens: AsyncIterable<string>,
  check: (text: string, ended: boolean) => string,
): AsyncGenerator<string> {
  for await (const token of tokens) {
    const text = check(token, false);
    if (text !== "") yield text;
  }
  const rest = check("", true);
  if (rest !== "") yield rest;
}
