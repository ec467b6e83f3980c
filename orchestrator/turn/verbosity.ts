import { toLanguage, type Language } from "./language.ts";

/** How much of an answer is wanted, from the least. */
export const VERBOSITIES = ["short", "normal", "long"] as const;

export type Verbosity = (typeof VERBOSITIES)[number];

/**
 * Stands behind the question in the prompt; empty for `normal`, which the system text describes. It is
 * part of the turn and not of the system text, so that a change keeps the cached prefix.
 */
export function verbosityNote(verbosity: Verbosity, language: string): string {
  return NOTES[toLanguage(language)][verbosity];
}

/** One step shorter; `short` stays. */
export function shorter(verbosity: Verbosity): Verbosity {
  return VERBOSITIES[Math.max(0, VERBOSITIES.indexOf(verbosity) - 1)] ?? verbosity;
}

/** One step longer; `long` stays. */
export function longer(verbosity: Verbosity): Verbosity {
  return VERBOSITIES[VERBOSITIES.indexOf(verbosity) + 1] ?? verbosity;
}

const NOTES: Readonly<Record<Language, Readonly<Record<Verbosity, string>>>> = {
  en: {
    short: "(Answer in one sentence of at most ten words.)",
    normal: "",
    long: "(Answer in detail: up to six sentences, nearest first.)",
  },
  de: {
    short: "(Antworte in einem Satz mit höchstens zehn Wörtern.)",
    normal: "",
    long: "(Antworte ausführlich: bis zu sechs Sätze, das Nächste zuerst.)",
  },
};
