import type { LedgerEntry } from "../../store/ledger.ts";
import { toLanguage } from "../../turn/language.ts";
import { longer, shorter, type Verbosity } from "../../turn/verbosity.ts";
import { callNoticesIn, type CallNoticeKey } from "../voice/notices-text.ts";
import { localCommand } from "./commands.ts";
import { GO_ON } from "./do-command.ts";
import { ledgerWords } from "./ledger-words.ts";
import { spelling } from "./spelling.ts";

/** A conversation in which questions are typed and answers are read. */
export interface TypedTalk {
  /** BCP 47. */
  readonly language: string;
  readonly verbosity: Verbosity;
  /** Empty: nothing was answered yet. */
  readonly lastAnswer: string;
  /** What was sent where so far. */
  sent(): Promise<readonly LedgerEntry[]>;
}

/** What becomes of a typed line: it is answered without a model, or a model is asked. */
export type Typed = {
  /** How long answers are from now on. */
  readonly verbosity: Verbosity;
  /** The caller said goodbye. */
  readonly over: boolean;
} & (
  | {
      readonly type: "say";
      /** The whole answer; empty: nothing is to be said. */
      readonly text: string;
    }
  | { readonly type: "ask"; readonly question: string }
);

/**
 * What a typed line stands for: a command that needs no model, "more" of the last answer, or a
 * question. To a command about a voice the answer is that there is none here: answers are read, or spoken
 * by the caller's device.
 */
export async function typedCommand(text: string, talk: TypedTalk): Promise<Typed> {
  const { language, verbosity, lastAnswer } = talk;
  const notices = callNoticesIn(language);
  const say = (words: string, wanted = verbosity): Typed => ({
    type: "say",
    text: words,
    verbosity: wanted,
    over: false,
  });
  const ask = (question: string, wanted = verbosity): Typed => ({
    type: "ask",
    question,
    verbosity: wanted,
    over: false,
  });
  const adjust = (wanted: Verbosity, changed: CallNoticeKey, unchanged: CallNoticeKey): Typed =>
    say(notices[wanted === verbosity ? unchanged : changed], wanted);
  const spoken = localCommand(text, language);
  switch (spoken?.command) {
    case "repeat":
      return say(lastAnswer || notices["nothing-to-repeat"]);
    case "spell":
      return say(spelling(lastAnswer, language) ?? notices["nothing-to-spell"]);
    case "shorter":
      return adjust(shorter(verbosity), "shorter", "shortest");
    case "more":
      return lastAnswer === "" || spoken.standing
        ? adjust(longer(verbosity), "longer", "longest")
        : ask(GO_ON[toLanguage(language)], longer(verbosity));
    case "ledger":
      return talk.sent().then(
        (entries) => say(ledgerWords(entries, language)),
        () => say(notices["cannot-answer"]),
      );
    case "stop":
      return say("");
    case "hang-up":
      return { ...say(""), over: true };
    case "slower":
    case "faster":
    case "just-text":
      return say(notices["read-here"]);
    case undefined:
      return ask(text);
  }
}
