import type { TurnSpans } from "../../turn/spans.ts";

/** One turn of a log, as it is drawn. */
export interface LoggedTurn {
  readonly engine: string;
  readonly reason: string;
  readonly interrupted: boolean;
  readonly spans: TurnSpans;
}

/** The turns of every call in a log, in the order of their lines; lines of anything else are passed over. */
export function callsIn(log: string): ReadonlyMap<string, readonly LoggedTurn[]> {
  const calls = new Map<string, LoggedTurn[]>();
  for (const line of log.split("\n")) {
    const found = toTurn(line);
    if (!found) continue;
    const turns = calls.get(found.call) ?? [];
    // A call that is gone on with later in the log is the last one.
    calls.delete(found.call);
    calls.set(found.call, [...turns, found.turn]);
  }
  return calls;
}

function toTurn(line: string): { readonly call: string; readonly turn: LoggedTurn } | undefined {
  const found = parse(line);
  const { msg, call, spans, engine, reason, interrupted } = found;
  if (msg !== "turn" || typeof call !== "string" || !isSpans(spans)) return undefined;
  const turn = {
    engine: typeof engine === "string" ? engine : "none",
    reason: typeof reason === "string" ? reason : "undecided",
    interrupted: interrupted === true,
    spans,
  };
  return { call, turn };
}

function parse(line: string): Readonly<Record<string, unknown>> {
  // Whoever collects logs may have put something in front.
  const from = line.indexOf("{");
  if (from < 0) return {};
  try {
    return JSON.parse(line.slice(from)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const NAMES = [
  "spokeMs",
  "committedMs",
  "startedMs",
  "routedMs",
  "requestedMs",
  "firstTokenMs",
  "lastTokenMs",
  "firstAudioMs",
  "overMs",
] as const satisfies readonly (keyof TurnSpans)[];

function isSpans(value: unknown): value is TurnSpans {
  if (typeof value !== "object" || value === null) return false;
  const spans = value as Readonly<Record<string, unknown>>;
  const isTime = (ms: unknown): boolean => ms === null || Number.isFinite(ms);
  const { prefills } = spans;
  return (
    NAMES.every((name) => isTime(spans[name])) &&
    Number.isFinite(spans["committedMs"]) &&
    Number.isFinite(spans["overMs"]) &&
    Array.isArray(prefills) &&
    prefills.every((span: unknown) => {
      const { fromMs, toMs } = (span ?? {}) as Readonly<Record<string, unknown>>;
      return Number.isFinite(fromMs) && Number.isFinite(toMs);
    })
  );
}
