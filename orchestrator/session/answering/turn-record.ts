import { observeTurn } from "../../metrics/observe-turn.ts";
import type { TurnReport } from "../../turn/report.ts";
import { toSpans } from "../../turn/spans.ts";
import type { PastTurn } from "../../turn/turn.ts";
import { toLogFields } from "../../run-turn.ts";
import type { CallDeps } from "../call-deps.ts";
import type { TurnTimes } from "../call-events.ts";
import type { Ending, Live } from "./live.ts";
import type { Trend } from "./trend.ts";
import type { TurnRun } from "./turn-run.ts";

/** The turn as later prompts repeat it: with what was heard. */
export function toPastTurn(run: TurnRun, ending: Ending): PastTurn {
  const report = run.report();
  const spoken = report.ttftMs !== null || report.outcome === "cancelled";
  return {
    question: run.question,
    ...(run.note === "" ? {} : { note: run.note }),
    answer: ending.text,
    engine: spoken ? (report.route?.engine ?? "none") : "none",
    jpeg: report.picture?.jpeg ?? null,
    clear: report.picture?.clear ?? null,
    facts: report.picture?.facts ?? "",
    ...(report.frame ? { source: report.frame.source } : {}),
  };
}

/** Milliseconds of a performance, for the latency strip. */
export function timesOf(live: Live): TurnTimes {
  const { run, startedAtMs, endedAtMs, committedAtMs, typed } = live;
  const between = (from: number | null | undefined, to: number | null | undefined): number | null =>
    typeof from === "number" && typeof to === "number" ? Math.max(0, to - from) : null;
  return {
    silenceMs: typed ? null : between(endedAtMs, committedAtMs),
    routeMs: between(run?.markedAtMs("turn-start"), run?.markedAtMs("route-chosen")),
    ttftMs: run ? run.report().ttftMs : null,
    firstAudioMs: live.readOnly ? null : between(endedAtMs, startedAtMs),
  };
}

/** Counts, logs and traces a turn that is over; `latencyMs` is what the caller waited for. */
export function observe(
  live: Live,
  ending: Ending,
  {
    call,
    metrics,
    tracer,
    log,
    trend,
  }: Pick<CallDeps, "metrics" | "tracer" | "log"> & { readonly call: string; readonly trend: Trend },
): void {
  if (!live.run) return;
  const report = live.run.report();
  const waitedMs = live.startedAtMs === null ? null : live.startedAtMs - live.endedAtMs;
  const seen: TurnReport = {
    ...report,
    outcome: ending.interrupted && ending.text === "" ? "cancelled" : report.outcome,
    latencyMs: waitedMs,
    totalMs: performance.now() - live.endedAtMs,
  };
  observeTurn(metrics, seen);
  const times = timesOf(live);
  const slopes = trend.add({ ttftMs: times.ttftMs, firstAudioMs: times.firstAudioMs });
  const spans = toSpans(live, performance.now());
  const { interrupted } = ending;
  tracer?.trace({ call, report: seen, spans, interrupted, endedAtMs: live.endedAtMs });
  log.info({ call, ...toLogFields(seen), ...times, ...slopes, interrupted, spans }, "turn");
}
