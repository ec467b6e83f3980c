import type { TurnReport } from "../turn/report.ts";
import type { TurnSpans } from "../turn/spans.ts";

/** A finished turn, as a trace shows it: no word that was said, no picture. */
export interface TracedTurn {
  /** The call or conversation that the turn belongs to. */
  readonly call: string;
  readonly report: TurnReport;
  readonly spans: TurnSpans;
  readonly interrupted: boolean;
  /** Monotonic instant of the end of the question, from which the spans are counted. */
  readonly endedAtMs: number;
}

/** Sends each finished turn as one trace. */
export interface TurnTracer {
  trace(turn: TracedTurn): void;
  /** Sends what is still here. */
  close(): Promise<void>;
}
