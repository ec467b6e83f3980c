import { randomUUID } from "node:crypto";
import type { SpeechPlace } from "../../speech/speech.ts";
import type { Conversation } from "../../turn/conversation.ts";
import { owedBy } from "../../turn/owed.ts";
import type { Ports } from "../../turn/ports.ts";
import type { Frame, ModelName } from "../../turn/turn.ts";
import { createAhead } from "./ahead.ts";
import { startAnswer } from "./answer.ts";
import { createBooks } from "./books.ts";
import { captions } from "./captions.ts";
import type { CallDeps } from "../call-deps.ts";
import type { CallEvent } from "../call-events.ts";
import type { CallLedger } from "../ledger/call-ledger.ts";
import type { CallOptions } from "../call.ts";
import type { Earcon } from "../voice/earcons.ts";
import { textSoFar, toEnding } from "./ending.ts";
import type { Asked } from "./later.ts";
import { type Ending, type Live, toLive, toSentence } from "./live.ts";
import type { Manner } from "../manner.ts";
import { createMemory } from "./memory.ts";
import { createPatience } from "./patience.ts";
import type { Stage } from "../stage.ts";
import { createTeller } from "./teller.ts";
import { type Before, NOTHING_BEFORE } from "../../turn/spans.ts";
import type { StopReason } from "../../turn/stopped.ts";
import { createVoiceName } from "./voice-name.ts";

/** What is said in a call, by whom and when: one answer at a time, and what becomes of it. */
export interface Dialogue {
  /** The answer that counts now. */
  live(): Live | undefined;
  /** What was answered last, for the commands that repeat or spell it. */
  lastAnswer(): string;
  /** Starts the answer to what was said so far, in case that it is the question. */
  prepare(question: string, endedAtMs: number): void;
  /** As `prepare`; true once the answer has begun, false: there is none, or something else is asked by now. */
  tryOut(question: string, endedAtMs: number): Promise<boolean>;
  /** More is being said behind what was prepared for; `question`: all of it, once its words are known. */
  goesOn(question?: string): void;
  /** Answers. `again`: the caller was promised the answer, and hears that it comes now. */
  ask(
    question: string,
    asked: { readonly typed: boolean; readonly endedAtMs: number; readonly again?: boolean },
  ): void;
  /** Says a fixed sentence; `onEnd` when it was said or cut off. */
  say(text: string, kind: "command" | "notice", onEnd?: (ending: Ending) => void): void;
  /** Ends the answer at once; what was heard of it becomes history. */
  interrupt(): void;
  /** The questions that got no answer are not asked any more. */
  dropUnanswered(): void;
  /** What is being said ends with the sentence that sounds now. */
  endAfterSentence(): void;
  /** Which voice speaks; null: answers are read. */
  voiceName(): string | null;
  /** The stage's word: the live answer sounds. */
  onStart(): void;
  onProgress(playedMs: number): void;
  close(): void;
}

export function createDialogue(options: {
  readonly deps: CallDeps;
  readonly call: CallOptions;
  readonly conversation: Conversation;
  readonly ports: Ports;
  readonly manner: Manner;
  readonly stage: Stage;
  readonly ledger: CallLedger;
  /** Which services got the caller's audio since this was asked last, the present one first. */
  readonly takeHeardBy: () => readonly SpeechPlace[];
  /** What happened while the question was asked that is over now. */
  readonly takeBefore: () => Before;
  readonly speaking: () => boolean;
  /** Makes a short sound, unless the caller speaks. */
  readonly tone: (name: Earcon) => void;
  readonly emit: (event: CallEvent) => void;
  /** An engine is about to be asked: what it computes ahead gives way. */
  readonly giveWay: () => void;
  /** Which frame goes with the question is known; undefined: it needs none. */
  readonly onChosen: (frame: Frame | undefined) => void;
  /** The history is another one than the engine knows, or soon will be. */
  readonly onPastChanged: () => void;
  /** The caller asks, and it is no repetition of ours. */
  readonly onAsked: (asked: Asked) => void;
  /** The caller was told that the question cannot be answered now; one of these may do it later. */
  readonly onOwed: (asked: Asked, by: readonly ModelName[]) => void;
  /** An answer is over. */
  readonly onIdle: () => void;
  /** Another voice speaks from now on, or none. */
  readonly onVoice: () => void;
}): Dialogue {
  const { deps, call, manner, stage } = options;
  const memory = createMemory(options);
  const books = createBooks({ ...options, memory });
  const ahead = createAhead({
    ...options,
    keptHere: () => memory.keptHere(),
    onDiscard: (run) => books.discarded(run),
  });
  const tell = createTeller((event) => {
    if (!closed) options.emit(event);
  });
  let live: Live | undefined;
  const patience = createPatience({
    speaking: options.speaking,
    onThinking: () => options.tone("thinking"),
    onLate(late) {
      deps.metrics.unansweredTurns.inc();
      deps.log.warn({ turnId: late.answer.id }, "turn without an answer");
      end(late);
      memory.giveUp();
      say(deps.notices.text("cannot-answer"), "notice");
    },
  });
  const voiceName = createVoiceName({ hasVoice: deps.voice !== undefined, onChange: options.onVoice });
  let closed = false;
  let lastSentence = false;

  const begin = (next: Live): void => {
    live = next;
    next.answer.release();
    tell.state("thinking");
    patience.begin(next);
    void tellText(next);
    if (next.readOnly) return;
    void stage.perform(next.answer, next.question).then(
      (playedMs) => finish(next, { playedMs, interrupted: false }),
      () => {
        if (live === next) end(next, "superseded");
      },
    );
  };

  /** What is only read ends with its text. */
  const tellText = async (next: Live): Promise<void> => {
    for await (const text of captions(next, options.speaking)) {
      if (next.readOnly) begun(next);
      tell.caption(next, text);
    }
    if (next.readOnly) finish(next, { playedMs: 0, interrupted: false });
  };

  const begun = (next: Live): void => {
    if (next.startedAtMs !== null) return;
    next.startedAtMs = performance.now();
    patience.end();
    tell.state("speaking");
    tell.turn(next);
    manner.onSaid(textSoFar(next));
    voiceName.sounds(next);
  };

  const finish = (done: Live, how: { readonly playedMs: number; readonly interrupted: boolean }): void => {
    if (done.over) return;
    done.over = true;
    done.playedMs = how.playedMs;
    patience.end();
    if (live === done) live = undefined;
    const ending = toEnding(done, how);
    if (done.startedAtMs === null && !how.interrupted) tell.turn(done);
    tell.end(done, ending);
    books.over(done, ending);
    tell.state("listening");
    done.onEnd?.(ending);
    if (closed) return;
    if (!how.interrupted && !done.readOnly) tellLoss(done, ending);
    if (!how.interrupted && !done.again && done.run) {
      const by = owedBy(done.run.report());
      if (by.length > 0) options.onOwed({ said: done.said, whole: done.question }, by);
    }
    // Whoever ended it may be about to say something else, which comes first.
    queueMicrotask(() => {
      if (!live && !closed) options.onIdle();
    });
  };

  /** A voice that said nothing, or not all: what is there to read is said to be so. */
  const tellLoss = (done: Live, ending: Ending): void => {
    if (done.startedAtMs === null && textSoFar(done) !== "" && !done.answer.signal.aborted) {
      voiceName.lost();
      options.tone("error");
    } else if (ending.text.length < textSoFar(done).trimEnd().length && done.kind === "reply") {
      say(deps.notices.text("lost-rest"), "notice");
    }
  };

  const end = (which: Live, reason: StopReason = "barge-in"): void => {
    const playedMs = which.readOnly ? 0 : stage.stop();
    which.answer.stop(reason);
    finish(which, { playedMs, interrupted: true });
  };

  const say: Dialogue["say"] = (text, kind, onEnd) => {
    if (live) end(live);
    // The end of what was said before may be the end of the call.
    if (closed) return;
    const answer = startAnswer(randomUUID(), () => once(text), manner.delivery(call.speaker.sampleRate));
    begin(toSentence(answer, kind, onEnd));
  };

  return {
    live: () => live,
    lastAnswer: () => memory.lastAnswer(),
    prepare(question, endedAtMs) {
      if (!closed) ahead.prepare(memory.joined(question), endedAtMs);
    },
    tryOut: async (question, endedAtMs) => !closed && ahead.tryOut(memory.joined(question), endedAtMs),
    goesOn(question) {
      ahead.goesOn(question === undefined ? undefined : memory.joined(question));
    },
    ask(question, { typed, endedAtMs, again = false }) {
      if (live) end(live);
      if (closed) return;
      const whole = memory.joined(question);
      if (!again) options.onAsked({ said: question, whole });
      const run = ahead.take(whole, endedAtMs);
      const held = memory.takeHold();
      const before = typed ? NOTHING_BEFORE : options.takeBefore();
      const turn = {
        run,
        before,
        question: whole,
        said: question,
        kind: "reply",
        typed,
        again,
        held,
        onEnd: undefined,
      } as const;
      if (!held && !again) return begin({ ...toLive(run.answer, endedAtMs), ...turn });
      say(deps.notices.text(again ? "as-of-now" : "one-moment"), "notice", ({ interrupted }) => {
        if (!interrupted) return begin({ ...toLive(run.answer, endedAtMs), ...turn });
        ahead.waste(run);
        books.unheard(run, typed);
      });
      if (live) live.held = held;
    },
    say,
    interrupt() {
      if (live) end(live);
    },
    dropUnanswered() {
      memory.giveUp();
      ahead.discard();
    },
    onStart() {
      const started = live;
      // Sound comes first; what is there of its text has been told by then.
      setImmediate(() => {
        if (started && !started.over) begun(started);
      });
    },
    onProgress(playedMs) {
      if (!live || closed) return;
      const sentence = !live.readOnly && tell.words(live, playedMs);
      if (sentence && lastSentence && live.kind === "reply") end(live);
    },
    endAfterSentence() {
      lastSentence = true;
    },
    voiceName: () => (manner.textOnly() ? null : voiceName.name()),
    close() {
      if (live) end(live);
      memory.giveUp();
      closed = true;
      ahead.discard();
      options.ledger.listened(options.takeHeardBy());
      patience.end();
    },
  };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
