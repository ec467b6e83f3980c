import type { Language } from "../turn/language.ts";
import { QUESTION_ENGLISH } from "./describer-question-english.ts";
import { QUESTION_GERMAN } from "./describer-question-german.ts";

/** What a question wants to know, as far as a detector's boxes can tell. */
export type Asked =
  /** Are people there, who, am I alone? */
  | { readonly type: "people"; readonly count: boolean }
  /** Where is it, is it there, how many are there? */
  | (AskedThing & { readonly type: "thing"; readonly way: "where" | "present" | "count" })
  /** Colours, writing, states, actions: no box tells. */
  | { readonly type: "unknowable"; readonly safety: boolean }
  | { readonly type: "scene" };

/** The thing that a question names. */
export interface AskedThing {
  /** The user's word, negated: `no bike`. */
  readonly none: string;
  /** The detector's classes that the word covers. */
  readonly labels: readonly string[];
}

/** How the questions of one language are told apart; the patterns match what `normal` makes of them. */
export interface QuestionWords {
  normal(question: string): string;
  readonly safety: RegExp;
  readonly count: RegExp;
  readonly where: RegExp;
  readonly people: RegExp;
  /** No box tells a colour, writing, a condition or what somebody does. */
  readonly unknowable: RegExp;
  readonly present: RegExp;
  /** A closed or a detailed question, which a list of things does not answer. */
  readonly closed: RegExp;
  /** Asks for whatever there is. */
  readonly scene: RegExp;
  thing(text: string, counted: boolean): AskedThing | undefined;
}

/** What the question asks for; whatever is not understood is answered like `what do you see?`. */
export function whatIsAsked(question: string, language: Language): Asked {
  const words = language === "de" ? QUESTION_GERMAN : QUESTION_ENGLISH;
  const text = words.normal(question);
  if (words.safety.test(text)) return { type: "unknowable", safety: true };
  const count = words.count.test(text);
  const named = words.thing(text, count);
  const people = words.people.test(text);
  const thing = (way: "where" | "present" | "count"): Asked | undefined =>
    named && { type: "thing", way, ...named };
  if (count && people) return { type: "people", count: true };
  if (count) return thing("count") ?? { type: "unknowable", safety: false };
  if (words.where.test(text)) {
    return (
      thing("where") ?? (people ? { type: "people", count: false } : { type: "unknowable", safety: false })
    );
  }
  if (words.unknowable.test(text)) return { type: "unknowable", safety: false };
  if (people) return { type: "people", count: false };
  const present = words.present.test(text) ? thing("present") : undefined;
  if (present !== undefined) return present;
  return words.closed.test(text) && !words.scene.test(text)
    ? { type: "unknowable", safety: false }
    : { type: "scene" };
}
