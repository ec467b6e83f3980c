import type { TurnRun } from "./turn-run.ts";
import type { Answer } from "./answer.ts";
import { type Before, NOTHING_BEFORE } from "../../turn/spans.ts";

/** An answer that counts: what is being said, or about to be. */
export interface Live {
  readonly answer: Answer;
  /** The question; for a fixed sentence what it is about. */
  readonly question: string;
  /** What the caller said last of the question. */
  readonly said: string;
  /** Undefined: a fixed sentence, or the answer to a local command. */
  readonly run: TurnRun | undefined;
  readonly kind: "reply" | "command" | "notice";
  readonly typed: boolean;
  /** The question is asked once more, for a caller who was promised its answer. */
  readonly again: boolean;
  /** Read only: text-only is on, or there is no voice. */
  readonly readOnly: boolean;
  /** Whatever is said meanwhile has to wait. */
  held: boolean;
  /** Monotonic instant at which the question ended. */
  readonly endedAtMs: number;
  readonly committedAtMs: number;
  /** Monotonic instant of the first sound, or of the first text of what is read. */
  startedAtMs: number | null;
  /** What happened before the question was over. */
  readonly before: Before;
  /** Words whose playing has been told. */
  toldWords: number;
  over: boolean;
  /** Milliseconds of it that were heard, once it is over. */
  playedMs: number;
  readonly onEnd: ((ending: Ending) => void) | undefined;
}

/** How a performance ended. */
export interface Ending {
  /** All that was heard; read, when there was no voice. */
  readonly text: string;
  readonly interrupted: boolean;
}

/** What is alike in all answers at the moment at which they begin to count. */
export function toLive(answer: Answer, endedAtMs: number) {
  return {
    answer,
    endedAtMs,
    committedAtMs: performance.now(),
    readOnly: answer.sound === undefined,
    startedAtMs: null,
    toldWords: 0,
    over: false,
    playedMs: 0,
  };
}

/** A fixed sentence at the moment at which it is to be said: nobody has asked it. */
export function toSentence(answer: Answer, kind: "command" | "notice", onEnd: Live["onEnd"]): Live {
  return {
    ...toLive(answer, performance.now()),
    before: NOTHING_BEFORE,
    question: "",
    said: "",
    run: undefined,
    kind,
    typed: false,
    again: false,
    held: false,
    onEnd,
  };
}
