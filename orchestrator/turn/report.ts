import type { ClearPicture } from "./clear-picture.ts";
import type {
  EngineName,
  Frame,
  FrameNeed,
  Jpeg,
  ModelName,
  Outcome,
  Route,
  Usage,
  Verdict,
} from "./turn.ts";

/** An engine that was asked, and how it went. */
export interface AskedEngine {
  readonly engine: EngineName;
  /** How long it took to its own first token; null: another spoke, or none. */
  readonly ttftMs: number | null;
  /** How long it had had when another spoke; null: it spoke itself, or none did. */
  readonly overtakenMs: number | null;
}

/** Everything a finished turn decided, met and took. Metrics, the log line and `--json` are made of it. */
export interface TurnReport {
  readonly turnId: string;
  readonly transport: string;
  readonly need: FrameNeed | null;
  readonly frame: Frame | null;
  /** Why this frame was chosen. */
  readonly frameReason: string | null;
  readonly verdict: Verdict | null;
  readonly route: Route | null;
  readonly outcome: Outcome;
  readonly usage: Usage | null;
  /** Engines that were asked, in order. */
  readonly asked: readonly AskedEngine[];
  /** First request sent → first token handed on. */
  readonly ttftMs: number | null;
  /** Question ended → first token handed on. */
  readonly latencyMs: number | null;
  readonly totalMs: number;
  /** Frame chosen → verdict known. */
  readonly gateMs: number | null;
  /** Times between tokens. */
  readonly itlMs: readonly number[];
  readonly engineErrors: readonly { readonly engine: EngineName; readonly category: string }[];
  /** Of a question that no engine was left for: those that may answer it, once they are up. */
  readonly answerableBy: readonly ModelName[];
  readonly refused: boolean;
  readonly contradicted: boolean;
  readonly truncated: boolean;
  /** What the answering engine saw, for the conversation's past. */
  readonly picture: {
    readonly jpeg: Jpeg | null;
    readonly clear: ClearPicture | null;
    readonly facts: string;
  } | null;
}
