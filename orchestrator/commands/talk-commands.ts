import { localCommand } from "../session/commands/commands.ts";
import { callNoticesIn } from "../session/voice/notices-text.ts";
import { ledgerWords } from "../session/commands/ledger-words.ts";
import { spelling } from "../session/commands/spelling.ts";
import type { LedgerEntry } from "../store/ledger.ts";
import { longer, shorter, type Verbosity } from "../turn/verbosity.ts";

/** What a local command does to a typed conversation. */
export interface LocalAnswer {
  /** The whole answer; undefined: the model goes on with the turn before, at this length. */
  readonly say: string | undefined;
  /** How long answers are from now on. */
  readonly verbosity: Verbosity;
  /** The conversation ends with it. */
  readonly over: boolean;
}

/**
 * The commands of a call, where answers are read: undefined for every question, and for "stop", since
 * nothing is being said.
 */
export function answerLocally(
  text: string,
  talk: {
    readonly language: string;
    readonly verbosity: Verbosity;
    /** Undefined: nothing was answered yet. */
    readonly lastAnswer: string | undefined;
    /** What was sent where so far. */
    readonly sent: readonly LedgerEntry[];
  },
): LocalAnswer | undefined {
  const { language, verbosity, lastAnswer } = talk;
  const notices = callNoticesIn(language);
  const says = (say: string | undefined, wanted = verbosity): LocalAnswer => ({
    say,
    verbosity: wanted,
    over: false,
  });
  const spoken = localCommand(text, language);
  switch (spoken?.command) {
    case "repeat":
      return says(lastAnswer ?? notices["nothing-to-repeat"]);
    case "spell":
      return says(spelling(lastAnswer ?? "", language) ?? notices["nothing-to-spell"]);
    case "shorter":
      return says(notices[verbosity === "short" ? "shortest" : "shorter"], shorter(verbosity));
    case "more":
      return lastAnswer === undefined || spoken.standing
        ? says(notices[verbosity === "long" ? "longest" : "longer"], longer(verbosity))
        : says(undefined, longer(verbosity));
    case "hang-up":
      return { say: notices.goodbye, verbosity, over: true };
    case "ledger":
      return says(ledgerWords(talk.sent, language));
    case "slower":
    case "faster":
    case "just-text":
      return says(notices["read-here"]);
    case "stop":
    case undefined:
      return undefined;
  }
}
