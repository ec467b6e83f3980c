import type { Metrics } from "../../metrics/metrics.ts";
import { createSlope } from "./slope.ts";

/** How the waits of one call change from question to question, in milliseconds a question; null: too few yet. */
export interface TrendFields {
  readonly ttftSlopeMs: number | null;
  readonly firstAudioSlopeMs: number | null;
}

/** Watches one call for answers that come later and later. */
export interface Trend {
  /** An answered question's waits in milliseconds; null: there was none. */
  add(waits: { readonly ttftMs: number | null; readonly firstAudioMs: number | null }): TrendFields;
}

export function createTrend(metrics: Pick<Metrics, "trend">): Trend {
  const slopes = { ttft: createSlope(), "first-audio": createSlope() };
  const step = (wait: keyof typeof slopes, ms: number | null): number | null => {
    const slope = slopes[wait];
    if (ms === null) return slope.perQuestion();
    slope.add(ms);
    const perQuestion = slope.perQuestion();
    if (perQuestion !== null) metrics.trend.observe({ wait }, perQuestion / 1000);
    return perQuestion;
  };
  return {
    add: ({ ttftMs, firstAudioMs }) => ({
      ttftSlopeMs: step("ttft", ttftMs),
      firstAudioSlopeMs: step("first-audio", firstAudioMs),
    }),
  };
}
