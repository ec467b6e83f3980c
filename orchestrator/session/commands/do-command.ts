import type { SpeechPlace } from "../../speech/speech.ts";
import { toLanguage, type Language } from "../../turn/language.ts";
import type { CallDeps } from "../call-deps.ts";
import type { CallEvent } from "../call-events.ts";
import type { SpokenCommand } from "./commands.ts";
import type { Dialogue } from "../answering/dialogue.ts";
import { ledgerWords } from "./ledger-words.ts";
import type { Ending } from "../answering/live.ts";
import { toLedgerEntries } from "../ledger/ledger-entries.ts";
import type { Manner } from "../manner.ts";
import type { Earcon } from "../voice/earcons.ts";
import type { CallNoticeKey } from "../voice/notices-text.ts";
import { spelling } from "./spelling.ts";

/** More turns than a call has. */
const LEDGER_LIMIT = 10_000;

/** What the model is asked after "more". */
export const GO_ON: Readonly<Record<Language, string>> = {
  en: "Tell me more about it.",
  de: "Erzähl mir mehr darüber.",
};

/** What the caller asked for that needs no model. */
export function createCommands(options: {
  readonly deps: CallDeps;
  readonly call: { readonly id: string; readonly caller: string };
  readonly dialogue: Dialogue;
  readonly manner: Manner;
  /** Which services got the caller's audio since it was entered in the ledger last. */
  readonly heardBy: () => readonly SpeechPlace[];
  readonly emit: (event: CallEvent) => void;
  /** Makes a short sound, unless the caller speaks. */
  readonly tone: (name: Earcon) => void;
  readonly hangUp: () => void;
  /** What was promised for later is not wanted any more. */
  readonly dropOwed: () => void;
}): (command: SpokenCommand) => void {
  const { deps, call, dialogue, manner, emit } = options;
  const say = (key: CallNoticeKey, onEnd?: (ending: Ending) => void): void =>
    dialogue.say(deps.notices.text(key), "command", onEnd);
  const again = (otherwise: CallNoticeKey): void => {
    const answer = dialogue.lastAnswer();
    if (answer === "") say(otherwise);
    else dialogue.say(answer, "command");
  };
  const atRate = (changed: boolean, done: CallNoticeKey, not: CallNoticeKey, repeat: boolean): void => {
    if (changed) emit({ type: "rate", rate: manner.rate(), by: "caller" });
    if (repeat && changed && dialogue.lastAnswer() !== "") again(done);
    else say(changed ? done : not);
  };

  /** Also who has heard this very question, and who is about to be given the answer's words. */
  const sent = async (): Promise<string> => {
    const { ledger, persona, relay } = deps;
    if (!ledger) return deps.notices.text("cannot-answer");
    const voice = manner.voicePlace();
    const answer = { id: "now", sentTo: () => (voice ? [voice] : []) };
    const context = { call: call.id, caller: call.caller, heardBy: options.heardBy(), places: {} };
    const now = toLedgerEntries(answer, { run: undefined, reason: "command" }, context);
    const entries = await ledger.ofCaller(call.caller, { limit: LEDGER_LIMIT, call: call.id });
    return ledgerWords([...now, ...entries], persona.language, relay);
  };
  const saySent = (words: string): void => {
    if (!dialogue.live()) dialogue.say(words, "command");
  };

  /** The model is asked for more of its last answer, unless the caller has said something else since. */
  const goOn = ({ interrupted }: Ending): void => {
    if (interrupted || dialogue.live()) return;
    const question = GO_ON[toLanguage(deps.persona.language)];
    dialogue.ask(question, { typed: false, endedAtMs: performance.now() });
  };

  return (spoken) => {
    dialogue.interrupt();
    dialogue.dropUnanswered();
    switch (spoken.command) {
      case "stop":
        return options.dropOwed();
      case "hang-up":
        return say("goodbye", options.hangUp);
      case "repeat":
        return again("nothing-to-repeat");
      case "slower":
        return atRate(manner.slower(), "slower", "slowest", spoken.again);
      case "faster":
        return atRate(manner.faster(), "faster", "fastest", spoken.again);
      case "shorter":
        return say(manner.shorter() ? "shorter" : "shortest");
      case "more": {
        const changed = manner.longer();
        if (spoken.standing || dialogue.lastAnswer() === "") return say(changed ? "longer" : "longest");
        return say("longer", goOn);
      }
      case "spell": {
        const letters = spelling(dialogue.lastAnswer(), deps.persona.language);
        return letters === undefined ? say("nothing-to-spell") : dialogue.say(letters, "command");
      }
      case "just-text":
        manner.setTextOnly(spoken.on);
        emit({ type: "text-only", on: spoken.on });
        if (spoken.on) options.tone("text-only");
        return say(spoken.on ? "text-only-on" : "text-only-off");
      case "ledger":
        return void sent().then(saySent, () => saySent(deps.notices.text("cannot-answer")));
    }
  };
}
