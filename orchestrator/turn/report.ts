import type { EngineName, Frame, FrameNeed, Outcome, Route, Usage, Verdict } from "./turn.ts";

/** A finished turn: what it decided and met on its way, and how long it took. All times in milliseconds. */
export interface TurnReport {
  /** How the question came: `terminal`, `livekit`, … */
  readonly transport: string;
  /** Null: the turn ended before the question was looked at. */
  readonly need: FrameNeed | null;
  readonly frame: Frame | null;
  readonly verdict: Verdict | null;
  /** The last route; null: the turn ended before one was chosen. */
  readonly route: Route | null;
  readonly outcome: Outcome;
  /** Of the engine that answered. */
  readonly usage: Usage | null;
  /** Request sent → first non-empty token; null when none came. */
  readonly ttftMs: number | null;
  /** Question ended → first words handed to the transport; null when nothing was said. */
  readonly latencyMs: number | null;
  /** Question ended → turn over. */
  readonly totalMs: number;
  /** Waits between one token and the next. */
  readonly itlMs: readonly number[];
  /** Every engine fault that was met, also those that a fallback covered. */
  readonly engineErrors: readonly { readonly engine: EngineName; readonly category: string }[];
  /** The cloud model declined and another engine took over. */
  readonly refused: boolean;
  /** The answer denied people whom the detector is sure of. */
  readonly contradicted: boolean;
  /** The answer was cut at the token limit. */
  readonly truncated: boolean;
}
