import type { FinishedTurn } from "../../run-turn.ts";

/** One turn as `ask --json` and `chat --json` print it; what is not known is null, never absent. */
export function toTurnJson(question: string, { report, answer }: FinishedTurn): Record<string, unknown> {
  const { need, frame, verdict, route, usage } = report;
  return {
    question,
    answer,
    outcome: report.outcome,
    needsFrame: need && { value: need.value, reason: need.reason },
    frame: frame && {
      sha256: frame.gated.sha256,
      width: frame.width,
      height: frame.height,
      sharpness: frame.quality.sharpness,
    },
    verdict: verdict && {
      value: verdict.value,
      score: verdict.score,
      reason: verdict.reason,
      boxes: verdict.boxes,
      model: verdict.model,
      ms: verdict.ms,
    },
    route: route && { engine: route.engine, reason: route.reason },
    ttftMs: report.ttftMs,
    totalMs: report.totalMs,
    promptTokens: usage?.promptTokens ?? null,
    cachedTokens: usage?.cachedTokens ?? null,
    completionTokens: usage?.completionTokens ?? null,
  };
}
