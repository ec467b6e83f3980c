import { isWhole, phrases, type Phrases } from "../../turn/phrases.ts";
import { wordsIn } from "../../turn/spoken-words.ts";
import { toLanguage, type Language } from "../../turn/language.ts";
import type { LocalCommand } from "../call-events.ts";
import { ENGLISH } from "./commands-english.ts";
import { GERMAN } from "./commands-german.ts";

/** A local command as it was said. */
export type SpokenCommand =
  | { readonly command: Exclude<LocalCommand, "just-text" | "slower" | "faster" | "more"> }
  /** `standing`: answers are to be longer from now on; else it is the last answer that more is wanted of. */
  | { readonly command: "more"; readonly standing?: boolean }
  /** `again`: the last answer is wanted once more, at the new rate. */
  | { readonly command: "slower" | "faster"; readonly again: boolean }
  /** `on`: false when the voice is wanted back. */
  | { readonly command: "just-text"; readonly on: boolean };

/** The words of one language: turns of phrase in the notation of `turn/phrases.ts`. */
export interface CommandWords {
  /** Words that change nothing wherever they stand. */
  readonly noise: ReadonlySet<string>;
  /** Phrases that are one word, in one spelling. */
  readonly join: readonly (readonly [RegExp, string])[];
  /** May precede and follow a command. */
  readonly before: string;
  readonly after: string;
  /** What a command is asked with, such as `could you`. */
  readonly ask: string;
  /** Used by the phrases as `$NAME`. */
  readonly parts: Readonly<Record<string, string>>;
  readonly commands: Readonly<Record<CommandPhrase, string>>;
}

export type CommandPhrase =
  | LocalCommand
  /** Commands only when they are asked, such as `Sorry?`. */
  | "repeat-asked"
  | "longer-answers"
  | "slower-again"
  | "faster-again"
  | "voice-again";

/** Longer than any command with all its courtesies. */
const MAX_WORDS = 18;

const WORDS: Readonly<Record<Language, CommandWords>> = { en: ENGLISH, de: GERMAN };

/**
 * The local command that a whole utterance is, without a model: politeness, fillers, punctuation and
 * repetition around it are allowed, anything else makes it a question.
 *
 * @param language BCP 47
 */
export function localCommand(text: string, language: string): SpokenCommand | undefined {
  const { words: table, patterns } = tableOf(toLanguage(language));
  const words = plainWords(text, table);
  if (words.length === 0) return undefined;
  const asked = /\?["'”»)\s]*$/.test(text);
  const found = (Object.keys(patterns) as CommandPhrase[]).find(
    (phrase) => (asked || phrase !== "repeat-asked") && isWhole(patterns[phrase], words),
  );
  return found && toCommand(found);
}

/** Whether the words so far are nothing but the wish that the voice be silent: `stop` as soon as it is heard. */
export function isStop(text: string, language: string): boolean {
  const { words: table, patterns } = tableOf(toLanguage(language));
  const words = plainWords(text, table);
  return words.length > 0 && isWhole(patterns.stop, words);
}

function toCommand(phrase: CommandPhrase): SpokenCommand {
  switch (phrase) {
    case "slower":
    case "faster":
      return { command: phrase, again: false };
    case "slower-again":
      return { command: "slower", again: true };
    case "faster-again":
      return { command: "faster", again: true };
    case "just-text":
      return { command: "just-text", on: true };
    case "voice-again":
      return { command: "just-text", on: false };
    case "repeat-asked":
      return { command: "repeat" };
    case "longer-answers":
      return { command: "more", standing: true };
    case "stop":
    case "hang-up":
    case "repeat":
    case "shorter":
    case "more":
    case "spell":
    case "ledger":
      return { command: phrase };
  }
}

interface Table {
  readonly words: CommandWords;
  readonly patterns: Readonly<Record<CommandPhrase, Phrases>>;
}

const TABLES = new Map<Language, Table>();

/** Compiled when the language is first heard, in 50 ms: a rehearsal before the first call does that. */
function tableOf(language: Language): Table {
  const known = TABLES.get(language);
  if (known) return known;
  const words = WORDS[language];
  const parts = { ...words.parts, BEFORE: words.before, AFTER: words.after, ASK: words.ask };
  const patterns = Object.fromEntries(
    Object.entries(words.commands).map(([phrase, expression]) => [
      phrase,
      phrases(`($BEFORE)* ($ASK)? (${expression}) (${expression})* ($AFTER)*`, parts),
    ]),
  ) as Record<CommandPhrase, Phrases>;
  const table = { words, patterns };
  TABLES.set(language, table);
  return table;
}

/** The words that carry meaning, in order; none when there are too many for a command. */
function plainWords(text: string, table: CommandWords): readonly string[] {
  if (text.length > MAX_WORDS * 12) return [];
  const plain = table.join.reduce(
    (all, [pattern, word]) => all.replace(pattern, word),
    text.normalize("NFC").toLowerCase(),
  );
  const words = wordsIn(plain).filter((word) => !table.noise.has(word));
  return words.length > MAX_WORDS ? [] : words;
}
