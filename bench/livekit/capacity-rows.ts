import type { BenchRow } from "../benchmark.ts";

/** A turn that takes longer from the caller's last sample to the first of the answer is late. */
export const LATE_MS = 1200;
/** The share of late turns that is chance. */
const CHANCE = 0.05;

/** What so many calls at once did. */
export interface Step {
  readonly calls: number;
  /** Milliseconds of each turn that was answered. */
  readonly latencies: readonly number[];
  /** Turns without an answer. */
  readonly lost: number;
  /** Share of one core. */
  readonly cpu: number;
  readonly residentMb: number;
  /** One more caller was refused. */
  readonly refused: boolean;
}

/** How many turns were late or lost. */
export function lateOf({ latencies, lost }: Step): number {
  return latencies.filter((ms) => !(ms <= LATE_MS)).length + lost;
}

/** What a curve of more and more calls says of the limit. */
export function rowsOf(what: string, steps: readonly Step[]): readonly BenchRow[] {
  const firstLate = steps.findIndex((step) => !isOnTime(step));
  const held = firstLate < 0 ? steps : steps.slice(0, firstLate);
  const last = steps.at(-1);
  return [
    {
      what: `${what}: calls of whose turns at most ${CHANCE * 100} % are late`,
      target: "measured",
      measured: String(Math.max(0, ...held.map(({ calls }) => calls))),
      met: null,
    },
    {
      what: `${what}: beyond the limit new calls are refused and running ones stay on time`,
      target: "yes",
      measured: last?.refused
        ? `refused at ${last.calls}, then ${isOnTime(last) ? "on time" : "late"}`
        : `no refusal up to ${last?.calls ?? 0}`,
      met: last?.refused === true && isOnTime(last),
    },
  ];
}

function isOnTime(step: Step): boolean {
  return lateOf(step) <= CHANCE * (step.latencies.length + step.lost);
}
