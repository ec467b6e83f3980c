import { randomUUID } from "node:crypto";
import { EngineError } from "./errors.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { observeTurn } from "./metrics/observe-turn.ts";
import type { TurnTracer } from "./tracing/turn-tracer.ts";
import type { Conversation } from "./turn/conversation.ts";
import { toBudget } from "./turn/history-budget.ts";
import type { Ports } from "./turn/ports.ts";
import { createRecorder } from "./turn/recorder.ts";
import { reply } from "./turn/reply.ts";
import type { TurnReport } from "./turn/report.ts";
import { NOTHING_BEFORE, toSpans } from "./turn/spans.ts";
import type { TurnEvent, TurnSettings } from "./turn/turn.ts";

/** What a text conversation needs to run its turns. */
export interface TurnRunner {
  readonly ports: Ports;
  readonly settings: TurnSettings;
  readonly conversation: Pick<Conversation, "id" | "snapshot" | "commit" | "compact">;
  /** Stands behind the question in the prompt. Default: nothing. */
  readonly note?: string;
  /** Prompt tokens at which the conversation is compacted. */
  readonly contextTokens: number;
  /** Pictures of the past that a prompt of the local engine shows at most. */
  readonly localPictures: number;
  readonly metrics: Metrics;
  /** Undefined: turns are not traced. */
  readonly tracer: TurnTracer | undefined;
  readonly log: Logger;
  readonly transport: string;
}

export interface TurnListener {
  onText(text: string): void;
  onEvent?(event: TurnEvent): void;
  /** A fault that the turn met, whether or not a fallback covered it. Without it faults are logged as warnings. */
  onFault?(error: unknown): void;
}

export interface FinishedTurn {
  readonly report: TurnReport;
  /** All that was shown. */
  readonly answer: string;
}

/** Runs one turn to its end, then does what need not wait: history, metrics, the log line. */
export async function runTurn(
  runner: TurnRunner,
  question: string,
  signal: AbortSignal,
  listener: TurnListener,
): Promise<FinishedTurn> {
  const { conversation, log } = runner;
  const recorder = createRecorder({
    turnId: randomUUID(),
    signal,
    transport: runner.transport,
    onEvent: (event) => listener.onEvent?.(event),
    onFault: ({ turnId, engine, error }) => {
      listener.onFault?.(error);
      log[listener.onFault ? "info" : "warn"]({ turnId, engine, ...describeFault(error) }, "turn fault");
    },
  });
  const turn = {
    conversationId: conversation.id,
    question,
    ...(runner.note ? { note: runner.note } : {}),
    endedAtMs: performance.now(),
    history: conversation.snapshot(),
    settings: runner.settings,
  };
  let answer = "";
  for await (const text of reply(turn, runner.ports, recorder.ctx)) {
    answer += text;
    listener.onText(text);
  }
  const report = recorder.report();
  const spoken = report.ttftMs !== null || report.outcome === "cancelled";
  conversation.commit({
    question,
    answer,
    engine: spoken ? (report.route?.engine ?? "none") : "none",
    jpeg: report.picture?.jpeg ?? null,
    clear: report.picture?.clear ?? null,
    facts: report.picture?.facts ?? "",
    ...(runner.note ? { note: runner.note } : {}),
  });
  conversation.compact(toBudget(runner, runner.ports.local?.state?.().mostPictures));
  observeTurn(runner.metrics, report);
  const { endedAtMs } = turn;
  const instants = { run: recorder, before: NOTHING_BEFORE, endedAtMs, committedAtMs: endedAtMs };
  runner.tracer?.trace({
    call: conversation.id,
    report,
    spans: toSpans({ ...instants, startedAtMs: null }, performance.now()),
    interrupted: report.outcome === "cancelled",
    endedAtMs,
  });
  log.info(toLogFields(report), "turn");
  return { report, answer };
}

function describeFault(error: unknown): Record<string, string> {
  if (error instanceof EngineError) return { category: error.category, code: error.code };
  return { category: "fault", code: error instanceof Error ? error.name : typeof error };
}

/** A turn for the log: decisions, reasons and times; no word that was said, no picture. */
export function toLogFields(report: TurnReport): Record<string, unknown> {
  return {
    turnId: report.turnId,
    transport: report.transport,
    outcome: report.outcome,
    needsFrame: report.need?.value ?? null,
    needReason: report.need?.reason ?? null,
    verdict: report.verdict?.value ?? null,
    verdictReason: report.verdict?.reason ?? null,
    engine: report.route?.engine ?? null,
    reason: report.route?.reason ?? null,
    gateMs: report.gateMs,
    ttftMs: report.ttftMs,
    totalMs: report.totalMs,
    promptTokens: report.usage?.promptTokens ?? null,
    cachedTokens: report.usage?.cachedTokens ?? null,
    completionTokens: report.usage?.completionTokens ?? null,
    contradicted: report.contradicted,
    truncated: report.truncated,
  };
}
