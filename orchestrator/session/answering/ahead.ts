import { goesWith } from "../../turn/choose-frame.ts";
import type { Conversation } from "../../turn/conversation.ts";
import type { Ports } from "../../turn/ports.ts";
import { owedBy } from "../../turn/owed.ts";
import type { Frame } from "../../turn/turn.ts";
import type { CallDeps } from "../call-deps.ts";
import type { CallOptions } from "../call.ts";
import type { Manner } from "../manner.ts";
import { startTurn, type TurnRun } from "./turn-run.ts";
import { createWaste, type WaitReason } from "./waste.ts";

/** A turn of the core has found its first word by then, or says that it cannot. */
const TURN_MS = 6500;

/** A question that has changed this often is answered when it is over: what is thrown away was paid for. */
const MOST_DISCARDED = 4;

/** The turn that runs ahead of the end of its question. It has no side effect until it is taken. */
export interface Ahead {
  /** Starts the answer to a question, in place of another one's. */
  prepare(question: string, endedAtMs: number): void;
  /** Starts the answer likewise. True once it has begun and can be taken; false: no engine could give one. */
  tryOut(question: string, endedAtMs: number): Promise<boolean>;
  /** The answer to the question: the one that was prepared when it still fits, else a new one. */
  take(question: string, endedAtMs: number): TurnRun;
  /** The question goes on: what was prepared for less of it is thrown away. `question`: all of it so far. */
  goesOn(question?: string): void;
  /** The question is given up, and what was prepared for it. */
  discard(): void;
  /** Throws away a turn that was taken, and of which nobody will hear a word. */
  waste(run: TurnRun): void;
}

export function createAhead(options: {
  readonly deps: CallDeps;
  readonly call: CallOptions;
  readonly conversation: Conversation;
  readonly ports: Ports;
  readonly manner: Manner;
  /** Part of the question is not to leave the box. */
  readonly keptHere: () => boolean;
  /** An engine is about to be asked: what it computes ahead gives way. */
  readonly giveWay: () => void;
  /** Which frame goes with the question is known; undefined: it needs none. */
  readonly onChosen: (frame: Frame | undefined) => void;
  /** A turn was thrown away; what it had sent was sent. */
  readonly onDiscard: (run: TurnRun) => void;
}): Ahead {
  const { deps, call, conversation, ports, manner } = options;
  const settings = { ...deps.settings, turnDeadlineMs: Math.min(deps.settings.turnDeadlineMs, TURN_MS) };
  let run: TurnRun | undefined;
  /** Turns of the present question that were thrown away. */
  let discarded = 0;
  const waste = createWaste();
  /** The question that nothing was prepared for, and why. */
  let waits: { readonly question: string; readonly reason: WaitReason } | undefined;

  const start = (question: string, endedAtMs: number): TurnRun => {
    options.giveWay();
    return startTurn({
      conversationId: conversation.id,
      question,
      note: manner.note(),
      endedAtMs,
      history: conversation.snapshot(),
      keptHere: options.keptHere(),
      settings,
      ports,
      transport: call.transport,
      delivery: manner.delivery(call.speaker.sampleRate),
      onChosen: options.onChosen,
      onFault: ({ turnId, error }) =>
        deps.log.warn({ turnId, fault: error instanceof Error ? error.name : typeof error }, "turn fault"),
    });
  };

  const fits = (question: string, endedAtMs: number): boolean =>
    run?.question === question &&
    run.history === conversation.snapshot() &&
    run.note === manner.note() &&
    showsEnd(run, endedAtMs);

  /** Its picture, if it has one, is also that of a question which ended only now. */
  const showsEnd = (of: TurnRun, endedAtMs: number): boolean => {
    if (endedAtMs <= of.endedAtMs) return true;
    const { frame } = of.report();
    return !frame || goesWith(frame, ports.camera, { endedAtMs, nowMs: performance.now() });
  };

  const throwAway = (run: TurnRun): void => {
    run.answer.stop("superseded");
    deps.metrics.discardedTurns.inc({
      stage: run.markedAtMs("first-token") === null ? "prefill" : "answer",
    });
    const { ttftMs, itlMs } = run.report();
    const tokens = ttftMs === null ? 0 : 1 + itlMs.length;
    const soundMs = run.answer.soundMs();
    waste.add({ tokens, soundMs });
    deps.metrics.discardedTokens.inc(tokens);
    deps.metrics.discardedAudio.inc(soundMs / 1000);
  };

  const discard = (): void => {
    if (!run) return;
    throwAway(run);
    if (run.asked().length > 0) options.onDiscard(run);
    run = undefined;
    discarded += 1;
  };

  const forget = (): void => {
    discarded = 0;
    waits = undefined;
  };

  const startLate = (question: string, endedAtMs: number): TurnRun => {
    if (waits?.question === question) {
      const { reason } = waits;
      deps.metrics.unpreparedTurns.inc({ reason });
      deps.log.info({ call: call.id, reason }, "answer not prepared ahead");
    }
    return start(question, endedAtMs);
  };

  const prepare = (question: string, endedAtMs: number): void => {
    if (fits(question, endedAtMs)) return;
    discard();
    const reason = discarded >= MOST_DISCARDED ? "keeps-changing" : waste.spent();
    waits = reason && { question, reason };
    if (!waits) run = start(question, endedAtMs);
  };

  return {
    discard() {
      discard();
      forget();
    },
    waste: throwAway,
    prepare,
    async tryOut(question, endedAtMs) {
      prepare(question, endedAtMs);
      const tried = run;
      const comes = tried !== undefined && (await isAnswered(tried));
      if (run !== tried) return false;
      if (comes) return true;
      discard();
      forget();
      return false;
    },
    goesOn(question) {
      if (run?.question !== question) discard();
    },
    take(question, endedAtMs) {
      if (!fits(question, endedAtMs)) discard();
      const taken = run ?? startLate(question, endedAtMs);
      run = undefined;
      forget();
      return taken;
    },
  };
}

/** Resolves with its first word; what another time would not change counts as an answer. */
async function isAnswered(run: TurnRun): Promise<boolean> {
  for await (const _ of run.answer.text.read()) if (run.markedAtMs("first-token") !== null) return true;
  return owedBy(run.report()).length === 0;
}
