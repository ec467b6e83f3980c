import type { Conversation } from "../../turn/conversation.ts";
import { toBudget } from "../../turn/history-budget.ts";
import type { Ports } from "../../turn/ports.ts";
import { MAX_QUESTION_CHARACTERS } from "../../turn/question.ts";
import type { PastTurn } from "../../turn/turn.ts";
import type { CallDeps } from "../call-deps.ts";
import type { CallOptions } from "../call.ts";
import type { Ending } from "./live.ts";

/** After so many turns that were cut off before a word of theirs was heard, one answer is held. */
const ABORTED_BEFORE_HOLD = 2;

/** What a call remembers of its answers, by what was heard of them. */
export interface Memory {
  /** What was answered last, for the commands that repeat or spell it. */
  lastAnswer(): string;
  /** The question with those before it that were cut off before a word of the answer was heard, when that is not too long. */
  joined(question: string): string;
  /** What is joined was asked of engines of this box alone, and does not leave it. */
  keptHere(): boolean;
  /** A turn is over; `full` is its whole answer, heard or not. `wentOut`: the cloud was asked its question. */
  record(past: PastTurn, ending: Ending, full: string, wentOut?: boolean): void;
  /** The questions without an answer are not asked again, but they were asked: what follows on a private one stays private. */
  giveUp(): void;
  /** So many turns were cut off that the next answer holds the floor; true once. */
  takeHold(): boolean;
}

export function createMemory(options: {
  readonly deps: Pick<CallDeps, "contextTokens" | "localPictures">;
  readonly call: Pick<CallOptions, "onHistory">;
  readonly conversation: Conversation;
  readonly ports: Pick<Ports, "local">;
  /** The history is another one than the engine knows, or soon will be. */
  readonly onPastChanged: () => void;
}): Memory {
  const { deps, call, conversation, ports, onPastChanged } = options;
  /** The last turn that was cut off unheard; its question holds those before it. */
  let cutOff: { readonly past: PastTurn; readonly wentOut: boolean } | undefined;
  let aborted = 0;
  let lastAnswer = "";

  const keep = (past: PastTurn): void => {
    conversation.commit(past);
    const budget = toBudget(deps, ports.local?.state?.().mostPictures);
    const isCut = conversation.compact(budget);
    if (conversation.plan(budget) || isCut) onPastChanged();
    call.onHistory?.(conversation.snapshot());
  };

  return {
    lastAnswer: () => lastAnswer,
    joined(question) {
      const whole = cutOff ? `${cutOff.past.question} ${question}` : question;
      return whole.length > MAX_QUESTION_CHARACTERS ? question : whole;
    },
    keptHere() {
      const engine = cutOff?.wentOut === false ? cutOff.past.engine : "none";
      return engine === "local" || engine === "describer";
    },
    record(past, { text, interrupted }, full, wentOut = false) {
      // It was too long to be asked again, and was asked all the same.
      if (cutOff && !past.question.startsWith(cutOff.past.question)) keep(cutOff.past);
      if (interrupted && text.trim() === "") {
        cutOff = { past, wentOut };
        aborted += 1;
        return;
      }
      cutOff = undefined;
      aborted = 0;
      lastAnswer = interrupted ? text : full;
      keep(past);
    },
    giveUp() {
      if (cutOff) keep(cutOff.past);
      cutOff = undefined;
      aborted = 0;
    },
    takeHold() {
      if (aborted < ABORTED_BEFORE_HOLD) return false;
      aborted = 0;
      return true;
    },
  };
}
