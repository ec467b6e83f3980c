import type { TurnReport } from "./report.ts";
import { toDurations } from "./timeline.ts";
import type { EngineName, Mark, TurnContext, TurnEvent } from "./turn.ts";

/** Gathers a turn's marks and events; the only state a turn leaves behind. */
export interface Recorder {
  readonly ctx: TurnContext;
  /** The report so far; complete once `reply` has ended. */
  report(): TurnReport;
  /** Instant of a mark on the recorder's clock; null when it has not come. */
  markedAtMs(mark: Mark): number | null;
}

/** Receives the faults that a report only counts, with their causes, for the log. */
export type FaultListener = (fault: {
  readonly turnId: string;
  readonly engine: EngineName | null;
  readonly error: unknown;
}) => void;

export interface RecorderOptions {
  readonly turnId: string;
  readonly signal: AbortSignal;
  readonly transport: string;
  /** Monotonic clock in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
  /** Sees every event as it happens, for a terminal that shows a turn live. */
  readonly onEvent?: (event: TurnEvent) => void;
  readonly onFault?: FaultListener;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const now = options.now ?? (() => performance.now());
  const marks = new Map<Mark, number>();
  const tokensAt: number[] = [];
  const asked: { engine: EngineName; atMs: number }[] = [];
  const engineErrors: { engine: EngineName; category: string }[] = [];
  let report: TurnReport = { ...EMPTY, turnId: options.turnId, transport: options.transport };

  const take = (event: TurnEvent): void => {
    switch (event.type) {
      case "need":
        report = { ...report, need: event.need };
        break;
      case "frame":
        report = { ...report, frame: event.frame, frameReason: event.reason };
        break;
      case "verdict":
        report = { ...report, verdict: event.verdict };
        break;
      case "route":
        report = { ...report, route: event.route };
        break;
      case "asked":
        asked.push({ engine: event.engine, atMs: now() });
        break;
      case "picture":
        report = { ...report, picture: { jpeg: event.jpeg, clear: event.clear, facts: event.facts } };
        break;
      case "engine-failed":
        engineErrors.push({ engine: event.engine, category: event.category });
        options.onFault?.({ turnId: options.turnId, engine: event.engine, error: event.error });
        break;
      case "fault":
        options.onFault?.({ turnId: options.turnId, engine: null, error: event.error });
        break;
      case "unanswered":
        report = { ...report, answerableBy: event.by };
        break;
      case "refused":
        report = { ...report, refused: true };
        break;
      case "contradicted":
        report = { ...report, contradicted: true };
        break;
      case "truncated":
        report = { ...report, truncated: true };
        break;
      case "usage":
        report = { ...report, usage: event.usage };
        break;
      case "token":
        tokensAt.push(now());
        break;
      case "outcome":
        report = { ...report, outcome: event.outcome };
        break;
    }
    options.onEvent?.(event);
  };

  return {
    ctx: {
      turnId: options.turnId,
      signal: options.signal,
      now,
      mark: (point) => {
        if (!marks.has(point)) marks.set(point, now());
      },
      report: take,
    },
    report() {
      const durations = toDurations(marks);
      const spokeAtMs = marks.get("first-token");
      return {
        ...report,
        asked: asked.map(({ engine, atMs }) => {
          const tookMs = spokeAtMs === undefined ? null : spokeAtMs - atMs;
          return engine === report.route?.engine
            ? { engine, ttftMs: tookMs, overtakenMs: null }
            : { engine, ttftMs: null, overtakenMs: tookMs };
        }),
        ttftMs: durations.ttftMs,
        latencyMs: durations.latencyMs,
        totalMs: durations.totalMs ?? 0,
        gateMs: durations.gateMs,
        itlMs: tokensAt.slice(1).map((at, index) => at - (tokensAt[index] ?? at)),
        engineErrors,
      };
    },
    markedAtMs: (mark) => marks.get(mark) ?? null,
  };
}

const EMPTY: TurnReport = {
  turnId: "",
  transport: "",
  need: null,
  frame: null,
  frameReason: null,
  verdict: null,
  route: null,
  outcome: "cancelled",
  usage: null,
  asked: [],
  ttftMs: null,
  latencyMs: null,
  totalMs: 0,
  gateMs: null,
  itlMs: [],
  engineErrors: [],
  answerableBy: [],
  refused: false,
  contradicted: false,
  truncated: false,
  picture: null,
};
