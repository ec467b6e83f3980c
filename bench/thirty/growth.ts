import { createRandom } from "../../inference/simulator/random.ts";
import { slopeOf } from "../../orchestrator/session/answering/slope.ts";
import { quantile } from "../benchmark.ts";

/** How times to first token change over a call: milliseconds a question, and late against early. */
export interface Growth {
  readonly slopeMs: number;
  readonly earlyP95Ms: number;
  readonly lateP95Ms: number;
  readonly ratio: number;
}

/** A figure's bounds that 95 of 100 repetitions keep. */
export type Interval = readonly [least: number, most: number];

/** Of the figures that are judged. */
export interface Intervals {
  readonly slopeMs: Interval;
  readonly ratio: Interval;
}

/** Times to first token of one call, question by question. */
type Times = readonly number[];

const SAMPLES = 1000;

/** Questions 2–11 against 21–30; the slope is that of one line through all points. */
export function growthOf(calls: readonly Times[]): Growth {
  const slopeMs = mean(calls.map(slopeOf));
  const p95 = (from: number, to?: number): number =>
    quantile(
      calls.flatMap((times) => times.slice(from, to)),
      0.95,
    );
  const [earlyP95Ms, lateP95Ms] = [p95(1, 11), p95(-10)];
  return { slopeMs, earlyP95Ms, lateP95Ms, ratio: lateP95Ms / earlyP95Ms };
}

/** By drawing as many calls again and again with replacement, each as a whole. */
export function intervalsOf(calls: readonly Times[]): Intervals {
  const random = createRandom(1);
  const drawn = Array.from({ length: SAMPLES }, () =>
    growthOf(calls.map(() => calls[Math.floor(random() * calls.length)] ?? [])),
  );
  const between = (values: readonly number[]): Interval => [quantile(values, 0.025), quantile(values, 0.975)];
  return {
    slopeMs: between(drawn.map(({ slopeMs }) => slopeMs)),
    ratio: between(drawn.map(({ ratio }) => ratio)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
