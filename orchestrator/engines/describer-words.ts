import type { Language } from "../turn/language.ts";
import type { Side } from "../turn/clock.ts";
import { DESCRIBER_ENGLISH } from "./describer-words-english.ts";
import { DESCRIBER_GERMAN } from "./describer-words-german.ts";

/** The sentences of the describer in one language; parts of sentences begin in lower case. */
export interface DescriberWords {
  readonly noPicture: string;
  readonly gateDown: string;
  readonly nothing: string;
  readonly noPeople: string;
  readonly possiblyPerson: string;
  readonly personBefore: string;
  /** What of a side is named, put there: `a dog on the right`. */
  onSide(named: string, side: Side): string;
  probably(thing: string): string;
  /** @param none the negated thing: `no dog` */
  noThing(none: string): string;
  present(found: string): string;
  /** A denial, and what is detected instead. */
  instead(denial: string, scene: string): string;
  /** What it cannot know; `scene` is empty when nothing was detected. */
  limit(safety: boolean, scene: string): string;
  listed(items: readonly string[]): string;
}

/** The describer's sentences in a language. */
export function describerWords(language: Language): DescriberWords {
  return language === "de" ? DESCRIBER_GERMAN : DESCRIBER_ENGLISH;
}
