import type { Mark } from "./turn.ts";

/** The instants of a turn on the monotonic clock; a mark keeps its first instant. */
export type Timeline = ReadonlyMap<Mark, number>;

/** Milliseconds between instants of a turn; null when one of them never came. */
export interface Durations {
  /** Request sent → first token that was handed on. */
  readonly ttftMs: number | null;
  /** Turn start → first token that was handed on. */
  readonly latencyMs: number | null;
  /** Turn start → turn end. */
  readonly totalMs: number | null;
  /** Frame chosen → verdict known. */
  readonly gateMs: number | null;
  /** Turn start → route chosen. */
  readonly decisionMs: number | null;
}

/** Marks → durations, in one place. */
export function toDurations(timeline: Timeline): Durations {
  const between = (from: Mark, to: Mark): number | null => {
    const start = timeline.get(from);
    const end = timeline.get(to);
    return start === undefined || end === undefined ? null : end - start;
  };
  return {
    ttftMs: between("request-sent", "first-token"),
    latencyMs: between("turn-start", "first-token"),
    totalMs: between("turn-start", "turn-end"),
    gateMs: between("frame-chosen", "verdict-known"),
    decisionMs: between("turn-start", "route-chosen"),
  };
}
