import type { Conversation } from "../../turn/conversation.ts";
import type { Ports } from "../../turn/ports.ts";
import type { CallDeps } from "../call-deps.ts";
import type { CallOptions } from "../call.ts";
import type { Manner } from "../manner.ts";
import { startTurn, type TurnRun } from "./turn-run.ts";

/** A turn of the core has found its first word by then, or says that it cannot. */
const TURN_MS = 6500;

/** A question that has changed this often is answered when it is over: what is thrown away was paid for. */
const MOST_DISCARDED = 4;

/** The turn that runs ahead of the end of its question. It has no side effect until it is taken. */
export interface Ahead {
  /** Starts the answer to a question, in place of another one's. */
  prepare(question: string, endedAtMs: number): void;
  /** The answer to the question: the one that was prepared when it still fits, else a new one. */
  take(question: string, endedAtMs: number): TurnRun;
  /** Throws away what was prepared. */
  discard(): void;
}

export function createAhead(options: {
  readonly deps: CallDeps;
  readonly call: CallOptions;
  readonly conversation: Conversation;
  readonly ports: Ports;
  readonly manner: Manner;
  /** An engine is about to be asked: what it computes ahead gives way. */
  readonly giveWay: () => void;
  /** A turn was thrown away; what it had sent was sent. */
  readonly onDiscard: (run: TurnRun) => void;
}): Ahead {
  const { deps, call, conversation, ports, manner } = options;
  const settings = { ...deps.settings, turnDeadlineMs: Math.min(deps.settings.turnDeadlineMs, TURN_MS) };
  let run: TurnRun | undefined;
  /** Turns of the present question that were thrown away. */
  let discarded = 0;

  const start = (question: string, endedAtMs: number): TurnRun => {
    options.giveWay();
    return startTurn({
      conversationId: conversation.id,
      question,
      note: manner.note(),
      endedAtMs,
      history: conversation.snapshot(),
      settings,
      ports,
      transport: call.transport,
      delivery: manner.delivery(call.speaker.sampleRate),
      onFault: ({ turnId, error }) =>
        deps.log.warn({ turnId, fault: error instanceof Error ? error.name : typeof error }, "turn fault"),
    });
  };

  const fits = (question: string): boolean =>
    run?.question === question && run.history === conversation.snapshot() && run.note === manner.note();

  const discard = (): void => {
    if (!run) return;
    run.answer.stop("superseded");
    deps.metrics.discardedTurns.inc({
      stage: run.markedAtMs("first-token") === null ? "prefill" : "answer",
    });
    const { ttftMs, itlMs } = run.report();
    deps.metrics.discardedTokens.inc(ttftMs === null ? 0 : 1 + itlMs.length);
    deps.metrics.discardedAudio.inc(run.answer.soundMs() / 1000);
    if (run.asked().length > 0) options.onDiscard(run);
    run = undefined;
    discarded += 1;
  };

  return {
    discard,
    prepare(question, endedAtMs) {
      if (fits(question)) return;
      discard();
      if (discarded >= MOST_DISCARDED) return;
      run = start(question, endedAtMs);
    },
    take(question, endedAtMs) {
      if (!fits(question)) discard();
      const taken = run ?? start(question, endedAtMs);
      run = undefined;
      discarded = 0;
      return taken;
    },
  };
}
