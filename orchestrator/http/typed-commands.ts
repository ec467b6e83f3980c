import { localCommand } from "../session/commands/commands.ts";
import { GO_ON } from "../session/commands/do-command.ts";
import { ledgerWords } from "../session/commands/ledger-words.ts";
import { callNoticesIn, type CallNoticeKey } from "../session/voice/notices-text.ts";
import { spelling } from "../session/commands/spelling.ts";
import type { Ledger } from "../store/ledger.ts";
import { toLanguage } from "../turn/language.ts";
import { longer, shorter, type Verbosity } from "../turn/verbosity.ts";
import type { Talk } from "./conversations.ts";

/** More turns than a conversation has. */
const LEDGER_LIMIT = 10_000;

/** What becomes of a typed line: it is answered without a model, or a model is asked. */
export type Typed =
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "ask"; readonly question: string };

/**
 * What a typed line stands for: a command that needs no model, "more" of the last answer, or a
 * question. To a command about a voice the answer is that there is none here: answers are read, or spoken
 * by the caller's device.
 */
export async function typedCommand(
  text: string,
  talk: Talk,
  {
    caller,
    language,
    ledger,
  }: { readonly caller: string; readonly language: string; readonly ledger: Ledger },
): Promise<Typed> {
  const notices = callNoticesIn(language);
  const last = talk.conversation.snapshot().findLast(({ answer }) => answer !== "")?.answer ?? "";
  const say = (words: string): Typed => ({ type: "say", text: words });
  const adjust = (wanted: Verbosity, changed: CallNoticeKey, unchanged: CallNoticeKey): Typed => {
    const key = wanted === talk.verbosity ? unchanged : changed;
    talk.setVerbosity(wanted);
    return say(notices[key]);
  };
  const command = localCommand(text, language);
  switch (command?.command) {
    case "repeat":
      return say(last || notices["nothing-to-repeat"]);
    case "spell":
      return say(spelling(last, language) ?? notices["nothing-to-spell"]);
    case "shorter":
      return adjust(shorter(talk.verbosity), "shorter", "shortest");
    case "more": {
      const lengthened = adjust(longer(talk.verbosity), "longer", "longest");
      const goesOn = last !== "" && !("standing" in command && command.standing);
      return goesOn ? { type: "ask", question: GO_ON[toLanguage(language)] } : lengthened;
    }
    case "ledger":
      return ledger
        .ofCaller(caller, { limit: LEDGER_LIMIT, call: talk.conversation.id })
        .then((entries) => say(ledgerWords(entries, language)))
        .catch(() => say(notices["cannot-answer"]));
    case "stop":
    case "hang-up":
      return say("");
    case "slower":
    case "faster":
    case "just-text":
      return say(notices["read-here"]);
    case undefined:
      return { type: "ask", question: text };
  }
}
