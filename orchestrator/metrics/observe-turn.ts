import type { Counter, Histogram } from "prom-client";
import type { TurnReport } from "../turn/report.ts";
import {
  engines,
  errorCategories,
  frameChoices,
  outcomes,
  routeReasons,
  routes,
  toLabel,
  transports,
  UNDECIDED,
  verdictReasons,
  verdicts,
} from "./labels.ts";
import type { Metrics } from "./metrics.ts";

/** A first token is late after this. */
const OBJECTIVE_MS = 500;

/** Counts a finished turn. The only place where milliseconds become seconds. */
export function observeTurn(metrics: Metrics, report: TurnReport): void {
  const transport = toLabel(transports, report.transport);
  const route = toLabel(routes, report.route?.engine ?? "none");
  const reason = report.route === null ? UNDECIDED : toLabel(routeReasons, report.route.reason);

  metrics.turns.inc({ transport, route, reason, outcome: toLabel(outcomes, report.outcome) });
  observe(metrics.turn, { transport, route }, report.totalMs);
  observe(metrics.turnLatency, { transport, route }, report.latencyMs);
  observeFirstTokens(metrics, report);
  if (route !== "none") observeEngine(metrics, route, report);
  observePicture(metrics, report);

  for (const error of report.engineErrors) {
    metrics.engineErrors.inc({
      engine: toLabel(engines, error.engine),
      category: toLabel(errorCategories, error.category),
    });
  }
  if (report.refused) metrics.refusals.inc();
  if (report.contradicted) metrics.contradictedAnswers.inc();
  if (report.truncated) metrics.truncatedAnswers.inc();
}

/**
 * Attempts and first tokens: by the engine that was asked, and the route's first choice. Who interrupts
 * before the first token says nothing about an engine, nor does a slow first choice that speaks just after
 * another was asked beside it.
 */
function observeFirstTokens(metrics: Metrics, { asked, outcome, engineErrors }: TurnReport): void {
  if (outcome === "cancelled" && asked.every(({ ttftMs }) => ttftMs === null)) return;
  for (const [place, { engine, ttftMs, overtakenMs }] of asked.entries()) {
    const hadTime = place === 0 || overtakenMs === null || overtakenMs >= OBJECTIVE_MS;
    if (!hadTime && engineErrors.every((error) => error.engine !== engine)) continue;
    metrics.attempts.inc({ engine });
    observe(metrics.ttft, { engine, route: asked[0]?.engine ?? engine }, ttftMs);
  }
}

/** The last route names the engine that answered: a fallback changes the route. */
function observeEngine(metrics: Metrics, engine: string, report: TurnReport): void {
  for (const waitMs of report.itlMs) observe(metrics.itl, { engine }, waitMs);
  add(metrics.promptTokens, { engine }, report.usage?.promptTokens);
  add(metrics.cachedPromptTokens, { engine }, report.usage?.cachedTokens);
  add(metrics.completionTokens, { engine }, report.usage?.completionTokens);
}

function observePicture(metrics: Metrics, { need, frameReason, verdict, gateMs }: TurnReport): void {
  if (need !== null) {
    const reason = need.value ? (frameReason ?? "no-camera") : "not-needed";
    metrics.frameChoices.inc({ reason: toLabel(frameChoices, reason) });
  }
  if (verdict === null) return;
  const value = toLabel(verdicts, verdict.value);
  metrics.verdicts.inc({ verdict: value, reason: toLabel(verdictReasons, verdict.reason) });
  observe(metrics.gate, { verdict: value }, gateMs);
}

function observe<Label extends string>(
  histogram: Histogram<Label>,
  labels: Partial<Record<Label, string>>,
  ms: number | null,
): void {
  if (isUsable(ms)) histogram.observe(labels, ms / 1000);
}

function add<Label extends string>(
  counter: Counter<Label>,
  labels: Partial<Record<Label, string>>,
  count: number | null | undefined,
): void {
  if (isUsable(count)) counter.inc(labels, count);
}

/** Numbers from another process or clock may be missing, negative or not finite; those are left out. */
function isUsable(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
