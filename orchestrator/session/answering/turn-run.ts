import { randomUUID } from "node:crypto";
import { createRecorder, type Recorder } from "../../turn/recorder.ts";
import { reply } from "../../turn/reply.ts";
import type { TurnReport } from "../../turn/report.ts";
import type { Ports } from "../../turn/ports.ts";
import type { Frame, Mark, PastTurn, TurnSettings } from "../../turn/turn.ts";
import { witnessed, type Asked } from "./witness.ts";
import { startAnswer, type Answer, type Delivery } from "./answer.ts";

/** A turn of the core that runs ahead of the moment at which it counts. */
export interface TurnRun {
  readonly question: string;
  readonly note: string;
  /** Monotonic instant at which the question had ended when it was started. */
  readonly endedAtMs: number;
  /** The history that it was started with. */
  readonly history: readonly PastTurn[];
  readonly answer: Answer;
  report(): TurnReport;
  /** Which engines were asked so far, and why each. */
  asked(): readonly (Asked & { readonly reason: string })[];
  /** Monotonic instant of a mark; null when it has not come. */
  markedAtMs(mark: Mark): number | null;
}

export interface TurnStart {
  readonly conversationId: string;
  readonly question: string;
  readonly note: string;
  readonly endedAtMs: number;
  readonly history: readonly PastTurn[];
  readonly keptHere: boolean;
  readonly settings: TurnSettings;
  readonly ports: Ports;
  readonly transport: string;
  readonly delivery: Delivery;
  /** Which frame goes with the question is known; undefined: it needs none. */
  readonly onChosen: (frame: Frame | undefined) => void;
  readonly onFault: (fault: { readonly turnId: string; readonly error: unknown }) => void;
}

/** Starts a turn. It writes nothing: history, ledger and metrics are the caller's, once it counts. */
export function startTurn(start: TurnStart): TurnRun {
  const { question, note, endedAtMs, history } = start;
  const turnId = randomUUID();
  const asked: (Asked & { readonly reason: string })[] = [];
  let reason = "undecided";
  let recorder: Recorder | undefined;
  const answer = startAnswer(
    turnId,
    (signal) => {
      const { onFault, transport } = start;
      recorder = createRecorder({
        turnId,
        signal,
        transport,
        onFault,
        onEvent: (event) => {
          if (event.type === "route") ({ reason } = event.route);
          if (event.type === "frame") start.onChosen(event.frame);
          if (event.type === "need" && !event.need.value) start.onChosen(undefined);
        },
      });
      const ports = witnessed(start.ports, (request) => asked.push({ ...request, reason }));
      return reply(start, ports, recorder.ctx);
    },
    start.delivery,
  );
  return {
    question,
    note,
    endedAtMs,
    history,
    answer,
    report: () => {
      if (!recorder) throw new Error("a turn has a report from its start on");
      return recorder.report();
    },
    asked: () => asked,
    markedAtMs: (mark) => recorder?.markedAtMs(mark) ?? null,
  };
}
