import { questionIn } from "../../turn/question.ts";
import type { Dialogue } from "../answering/dialogue.ts";
import type { CallEvent, CallRequest } from "../call-events.ts";
import type { Manner } from "../manner.ts";
import { localCommand, type SpokenCommand } from "./commands.ts";

/** What a caller's device asks for besides speaking. */
export function createRequests(options: {
  /** BCP 47. */
  readonly language: string;
  readonly dialogue: Pick<Dialogue, "ask">;
  readonly manner: Manner;
  readonly doCommand: (command: SpokenCommand) => void;
  readonly emit: (event: CallEvent) => void;
  /** What was said so far is nobody's question any more. */
  readonly forget: () => void;
}): (wanted: CallRequest) => void {
  const { language, dialogue, manner, doCommand, emit, forget } = options;

  const ask = (text: string): void => {
    const question = questionIn(text);
    if (question === undefined) return;
    forget();
    const command = localCommand(question, language);
    if (command) doCommand(command);
    else dialogue.ask(question, { typed: true, endedAtMs: performance.now() });
  };

  return (wanted) => {
    if (wanted.type === "rate") {
      if (manner.setRate(wanted.rate)) emit({ type: "rate", rate: manner.rate(), by: "caller" });
      return;
    }
    if (wanted.type === "ask") return ask(wanted.text);
    forget();
    const { command } = wanted;
    if (command === "slower" || command === "faster") return doCommand({ command, again: false });
    doCommand(command === "just-text" ? { command, on: !manner.textOnly() } : { command });
  };
}
