import { slopeOf } from "../../orchestrator/session/answering/slope.ts";
import { type BenchRow, quantile, type Series } from "../benchmark.ts";
import { growthOf, type Interval, type Intervals } from "../thirty/growth.ts";
import { uncached } from "./converse.ts";
import type { Calls } from "./real-engine.ts";

/** What a question may cost beside its own tokens: the template's, and those of the block that it breaks. */
const OVERHEAD_TOKENS = 32;
const CACHED_SHARE = 0.95;
export const MS_PER_QUESTION = 1;
const LATER = 1.1;
/** Questions of a call whose first ten and last ten can be told apart. */
const LONG = 30;

/** Milliseconds to the first event, of every question. */
export function ttfts(calls: Calls): readonly number[] {
  return calls.flatMap((asked) => asked.map(({ ttftMs }) => ttftMs));
}

/** The gain of one over the other, in one run. */
export function ratioRow(cold: Calls, prefilled: Calls): BenchRow {
  const [slow, fast] = [cold, prefilled].map((calls) => quantile(ttfts(calls), 0.5));
  const ratio = (slow ?? Number.NaN) / (fast ?? Number.NaN);
  return {
    what: "first event of a picture question, cold against prefilled, p50",
    target: "> 1 times",
    measured: `${ms(slow)} and ${ms(fast)}, ${ratio.toFixed(1)} times`,
    met: ratio > 1,
  };
}

/** How long a first event takes at most, 95 of 100 times. */
export function latencyRow(name: string, calls: Calls, limitMs: number): BenchRow {
  const p95 = quantile(ttfts(calls), 0.95);
  return {
    what: `${name}: first event, p95`,
    target: `< ${limitMs} ms`,
    measured: ms(p95),
    met: p95 < limitMs,
  };
}

/** What no speed of a machine can flatter: the prompt tokens that came from the prefix cache. */
export function shareRow(name: string, calls: Calls, judged = true): BenchRow {
  const later = calls.flatMap((asked) => asked.slice(1));
  const sum = (of: (asked: (typeof later)[number]) => number): number =>
    later.reduce((total, asked) => total + of(asked), 0);
  const share = sum(({ cachedTokens }) => cachedTokens) / sum(({ promptTokens }) => promptTokens);
  return {
    what: `${name}: prompt tokens from the prefix cache, from the second question on`,
    target: judged ? `≥ ${CACHED_SHARE * 100} %` : "–",
    measured: `${(share * 100).toFixed(1)} %`,
    met: judged ? share >= CACHED_SHARE : null,
  };
}

/** Tokens that are computed for a question. */
export function uncachedRow(name: string, calls: Calls): BenchRow {
  const over = Math.max(...calls.flat().map((asked) => uncached(asked) - asked.questionTokens));
  return {
    what: `${name}: uncached tokens beyond the question's own, most`,
    target: `≤ ${OVERHEAD_TOKENS}`,
    measured: String(over),
    met: over <= OVERHEAD_TOKENS,
  };
}

/** Whether the later questions of a call wait longer; with intervals, these in brackets. */
export function growthRow(
  name: string,
  calls: Calls,
  kind: "judged" | "baseline" | "stated",
  intervals?: Intervals,
): BenchRow {
  const { slopeMs, earlyP95Ms, lateP95Ms, ratio } = growthOf(
    calls.map((asked) => asked.map(({ ttftMs }) => ttftMs)),
  );
  const judged = kind === "judged";
  const slope = `${slopeMs.toFixed(2)} ms${bounds(intervals?.slopeMs)}`;
  const times = `${ratio.toFixed(2)} times${bounds(intervals?.ratio)}`;
  return {
    what: `${kind === "baseline" ? "baseline: " : ""}${name}: slope; p95 of questions 2–11 and 21–30`,
    target: judged ? `≤ ${MS_PER_QUESTION} ms a question; ≤ ${LATER} times` : "–",
    measured: `${slope}; ${ms(earlyP95Ms)} and ${ms(lateP95Ms)}, ${times}`,
    met: judged ? slopeMs <= MS_PER_QUESTION && ratio <= LATER : null,
  };
}

function bounds(interval: Interval | undefined): string {
  return interval ? ` [${interval.map((bound) => bound.toFixed(2)).join(", ")}]` : "";
}

/** A way's figures without a judgement. */
export function statedRow(name: string, calls: Calls): BenchRow {
  const times = ttfts(calls);
  const tokens = calls.flat().map(uncached);
  const slopes = calls.map((asked) => slopeOf(asked.map(({ ttftMs }) => ttftMs)));
  return {
    what: `${name}: first event p50 / p95; slope; uncached tokens p50 / most`,
    target: "–",
    measured: `${ms(quantile(times, 0.5))} / ${ms(quantile(times, 0.95))}; ${quantile(slopes, 0.5).toFixed(2)} ms a question; ${quantile(tokens, 0.5)} / ${Math.max(...tokens)}`,
    met: null,
  };
}

/** A way's first events, for the picture. */
export function seriesOf(name: string, calls: Calls, limitMs?: number): Series {
  return { name, unit: "ms", values: ttfts(calls), ...(limitMs === undefined ? {} : { limit: limitMs }) };
}

/** Whether calls are long enough to tell their early questions from their late ones. */
export function isLong(calls: Calls): boolean {
  return calls.every((asked) => asked.length >= LONG);
}

function ms(value: number | undefined): string {
  return `${Math.round(value ?? Number.NaN)} ms`;
}
