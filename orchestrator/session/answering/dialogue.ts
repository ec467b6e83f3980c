import { randomUUID } from "node:crypto";
import type { SpeechPlace } from "../../speech/speech.ts";
import type { Conversation } from "../../turn/conversation.ts";
import type { Ports } from "../../turn/ports.ts";
import { createAhead } from "./ahead.ts";
import { startAnswer, type Answer } from "./answer.ts";
import type { CallDeps } from "../call-deps.ts";
import type { CallEvent } from "../call-events.ts";
import type { CallLedger } from "../ledger/call-ledger.ts";
import type { CallOptions } from "../call.ts";
import { earcon } from "../voice/earcons.ts";
import { textSoFar, toEnding } from "./ending.ts";
import type { Ending, Live } from "./live.ts";
import type { Manner } from "../manner.ts";
import { createMemory } from "./memory.ts";
import type { Stage } from "../stage.ts";
import { createTeller } from "./teller.ts";
import { createTrend } from "./trend.ts";
import type { TurnRun } from "./turn-run.ts";
import { type Before, NOTHING_BEFORE } from "../../turn/spans.ts";
import { observe, toPastTurn } from "./turn-record.ts";
import { wait } from "../../lib/wait.ts";

/** Counted from the end of the question: what has not begun to sound by then never will. */
const ANSWER_BY_MS = 7500;
/** Nothing is said into the caller's words: looked at again after this. */
const SPEAKING_MS = 300;
/** Nothing is to be read into the caller's words either: looked at again after this. */
const READING_MS = 50;
/** A caller who hears nothing for so long is told by a short sound that work goes on. */
const THINKING_MS = 1500;

/** What is said in a call, by whom and when: one answer at a time, and what becomes of it. */
export interface Dialogue {
  /** The answer that counts now. */
  live(): Live | undefined;
  /** What was answered last, for the commands that repeat or spell it. */
  lastAnswer(): string;
  /** Starts the answer to what was said so far, in case that it is the question. */
  prepare(question: string, endedAtMs: number): void;
  /** Answers. */
  ask(question: string, asked: { readonly typed: boolean; readonly endedAtMs: number }): void;
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
  readonly emit: (event: CallEvent) => void;
  /** An engine is about to be asked: what it computes ahead gives way. */
  readonly giveWay: () => void;
  /** Old pictures and turns have left the history. */
  readonly onCompacted: () => void;
  /** An answer is over. */
  readonly onIdle: () => void;
  /** Another voice speaks from now on, or none. */
  readonly onVoice: () => void;
}): Dialogue {
  const { deps, call, manner, stage } = options;
  const ahead = createAhead({
    ...options,
    onDiscard: (run) => enter(run.answer, run, "discarded", false),
  });
  const tell = createTeller((event) => {
    if (!closed) options.emit(event);
  });
  let live: Live | undefined;
  const memory = createMemory(options);
  const trend = createTrend(deps.metrics);
  let thinking: NodeJS.Timeout | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  let closed = false;
  let lastSentence = false;
  let voiceName: string | null = deps.voice ? "voice" : null;

  const begin = (next: Live): void => {
    live = next;
    tell.state("thinking");
    clearTimers();
    if (!next.readOnly) thinking = setTimeout(() => think(next), THINKING_MS);
    const lateInMs = Math.max(0, ANSWER_BY_MS - (performance.now() - next.endedAtMs));
    if (next.kind === "reply") watchdog = setTimeout(() => late(next), lateInMs);
    void tellText(next);
    if (next.readOnly) return;
    void stage.perform(next.answer, next.question).then(
      (playedMs) => finish(next, { playedMs, interrupted: false }),
      () => finish(next, { playedMs: 0, interrupted: true }),
    );
  };

  /** Captions, from the moment on at which the answer counts; what is only read ends with them. */
  const tellText = async (next: Live): Promise<void> => {
    for await (const text of next.answer.text.read()) {
      while (options.speaking() && !next.over && !closed) await wait(READING_MS);
      if (next.over || closed) return;
      if (next.readOnly) begun(next);
      tell.caption(next, text);
    }
    if (next.readOnly) finish(next, { playedMs: 0, interrupted: false });
  };

  const begun = (next: Live): void => {
    if (next.startedAtMs !== null) return;
    next.startedAtMs = performance.now();
    clearTimers();
    tell.state("speaking");
    tell.turn(next);
    manner.onSaid(textSoFar(next));
    tellVoice(next);
  };

  const tellVoice = (of: Live): void => {
    const name = of.readOnly ? voiceName : (of.answer.place()?.name ?? voiceName ?? "voice");
    if (name === voiceName) return;
    voiceName = name;
    options.onVoice();
  };

  const think = (next: Live): void => {
    if (!next.over && !options.speaking()) stage.tone(earcon("thinking"));
  };

  const late = (next: Live): void => {
    if (next.over || next.startedAtMs !== null) return;
    if (options.speaking()) return void (watchdog = setTimeout(() => late(next), SPEAKING_MS));
    deps.metrics.unansweredTurns.inc();
    deps.log.warn({ turnId: next.answer.id }, "turn without an answer");
    end(next);
    memory.giveUp();
    say(deps.notices.text("cannot-answer"), "notice");
  };

  const finish = (done: Live, how: { readonly playedMs: number; readonly interrupted: boolean }): void => {
    if (done.over) return;
    done.over = true;
    clearTimers();
    if (live === done) live = undefined;
    const ending = toEnding(done, how);
    if (done.startedAtMs === null && !how.interrupted) tell.turn(done);
    tell.end(done, ending);
    if (done.run) record(done, done.run, ending);
    enter(done.answer, done.run, done.kind, done.typed);
    tell.state("listening");
    done.onEnd?.(ending);
    if (closed) return;
    if (!how.interrupted && !done.readOnly) tellLoss(done, ending);
    if (!live) options.onIdle();
  };

  /** A voice that said nothing, or not all: what is there to read is said to be so. */
  const tellLoss = (done: Live, ending: Ending): void => {
    if (done.startedAtMs === null && textSoFar(done) !== "" && !done.answer.signal.aborted) {
      voiceName = null;
      options.onVoice();
      stage.tone(earcon("error"));
    } else if (ending.text.length < textSoFar(done).trimEnd().length && done.kind === "reply") {
      say(deps.notices.text("lost-rest"), "notice");
    }
  };

  const enter = (answer: Answer, run: TurnRun | undefined, reason: string, typed: boolean): void => {
    const heardBy = typed || reason === "notice" ? [] : options.takeHeardBy();
    options.ledger.answered(answer, run, reason, heardBy);
  };

  const record = (done: Live, run: TurnRun, ending: Ending): void => {
    memory.record(toPastTurn(run, ending), ending, textSoFar(done));
    observe(done, ending, { ...deps, call: call.id, trend });
  };

  const end = (which: Live): void => {
    const playedMs = which.readOnly ? 0 : stage.stop();
    which.answer.stop("barge-in");
    finish(which, { playedMs, interrupted: true });
  };

  const say: Dialogue["say"] = (text, kind, onEnd) => {
    if (closed) return;
    if (live) end(live);
    const answer = startAnswer(randomUUID(), () => once(text), manner.delivery(call.speaker.sampleRate));
    const now = performance.now();
    begin({
      ...toLive(answer, now),
      before: NOTHING_BEFORE,
      question: "",
      run: undefined,
      kind,
      typed: false,
      held: false,
      onEnd,
    });
  };

  const toLive = (answer: Live["answer"], endedAtMs: number) => ({
    answer,
    endedAtMs,
    committedAtMs: performance.now(),
    readOnly: answer.sound === undefined,
    startedAtMs: null,
    toldWords: 0,
    over: false,
  });

  const clearTimers = (): void => {
    clearTimeout(thinking);
    clearTimeout(watchdog);
  };

  return {
    live: () => live,
    lastAnswer: () => memory.lastAnswer(),
    prepare(question, endedAtMs) {
      if (!closed) ahead.prepare(memory.joined(question), endedAtMs);
    },
    ask(question, { typed, endedAtMs }) {
      if (closed) return;
      if (live) end(live);
      const whole = memory.joined(question);
      const run = ahead.take(whole, endedAtMs);
      const held = memory.takeHold();
      const before = typed ? NOTHING_BEFORE : options.takeBefore();
      const turn = { run, before, question: whole, kind: "reply", typed, held, onEnd: undefined } as const;
      if (!held) return begin({ ...toLive(run.answer, endedAtMs), ...turn });
      say(deps.notices.text("one-moment"), "notice", ({ interrupted }) => {
        if (interrupted) run.answer.stop("barge-in");
        else begin({ ...toLive(run.answer, endedAtMs), ...turn });
      });
      if (live) live.held = true;
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
      if (live) begun(live);
    },
    onProgress(playedMs) {
      if (!live || closed) return;
      const sentence = !live.readOnly && tell.words(live, playedMs);
      if (sentence && lastSentence && live.kind === "reply") end(live);
    },
    endAfterSentence() {
      lastSentence = true;
    },
    voiceName: () => (manner.textOnly() ? null : voiceName),
    close() {
      if (live) end(live);
      memory.giveUp();
      closed = true;
      ahead.discard();
      options.ledger.listened(options.takeHeardBy());
      clearTimers();
    },
  };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
