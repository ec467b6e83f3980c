import { ENGINE_QUEUE, EngineError } from "../../errors.ts";
import type { prefillKinds } from "../../metrics/labels.ts";
import { isLong, type Warm } from "../../turn/prefill.ts";
import type { Span } from "../../turn/spans.ts";
import type { CallDeps } from "../call-deps.ts";

/** How long an engine that took its time is left alone. */
const BUSY_FOR_MS = 10_000;
/** What prefills took is counted over this long. */
const SPENT_OVER_MS = 60_000;
/** Of a call in which nobody asks. */
const MOST_SPANS = 32;

/** Whoever waits longer for a picture has asked meanwhile; for the past nobody waits. */
const LIMIT_MS: Readonly<Record<PrefillKind, number>> = { picture: 4000, past: 20_000, "keep-alive": 4000 };

export type PrefillKind = (typeof prefillKinds)[number];

/** How one ended: `useless`: the engine knows no prefixes; `yielded`: it had others to serve. */
export type PrefillEnd = "warm" | "useless" | "yielded" | "stopped" | "failed";

/** What an engine is to compute. */
export type PrefillWork = (
  signal: AbortSignal,
) => Promise<Extract<PrefillEnd, "warm" | "useless" | "yielded">>;

/** An engine that is at work. */
export interface PrefillRun {
  readonly kind: PrefillKind;
  readonly controller: AbortController;
  readonly startedAtMs: number;
  /** Null: no picture goes with it. */
  readonly picture: Warm | null;
}

/** The prefills of one call, one at a time. */
export interface PrefillRuns {
  /** What is under way and was not stopped. */
  current(): PrefillRun | undefined;
  /** Puts an end to what is under way and starts. */
  start(what: Pick<PrefillRun, "kind" | "picture">, work: PrefillWork): Promise<PrefillEnd>;
  /** Stops what is under way. */
  stop(): void;
  /** How long the last picture took, or was waited for; null: none was of late. */
  lastMs(): number | null;
  /** What pictures took of the engine in the last minute. */
  spentMs(): number;
  /** When the engine was at work since this was asked last. */
  takeSpans(): readonly Span[];
}

export function createPrefillRuns({ metrics, log }: Pick<CallDeps, "metrics" | "log">): PrefillRuns {
  let running: PrefillRun | undefined;
  let last: { readonly atMs: number; readonly ms: number } | undefined;
  let spent: { readonly atMs: number; readonly ms: number }[] = [];
  let spans: Span[] = [];
  /** The one under way that is in the spans already. */
  let told: PrefillRun | undefined;

  const spentMs = (): number => {
    const sinceMs = performance.now() - SPENT_OVER_MS;
    spent = spent.filter(({ atMs }) => atMs >= sinceMs);
    return spent.reduce((sum, { ms }) => sum + ms, 0);
  };

  const stop = (): void => running?.controller.abort();

  const over = (run: PrefillRun, isWarm: boolean): void => {
    const { kind, startedAtMs } = run;
    const endedAtMs = performance.now();
    const ms = endedAtMs - startedAtMs;
    if (told !== run) spans = [...spans, { fromMs: startedAtMs, toMs: endedAtMs }].slice(-MOST_SPANS);
    if (running === run) running = undefined;
    if (isWarm) metrics.prefill.observe({ kind }, ms / 1000);
    if (kind !== "picture") return;
    if (isWarm || isLong(ms)) last = { atMs: endedAtMs, ms };
    spent.push({ atMs: startedAtMs, ms });
    spentMs();
  };

  return {
    current: () => (running?.controller.signal.aborted === false ? running : undefined),
    async start(what, work) {
      stop();
      const controller = new AbortController();
      const mine: PrefillRun = { ...what, controller, startedAtMs: performance.now() };
      running = mine;
      const { signal } = controller;
      let isWarm = false;
      try {
        const end = await work(AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS[what.kind])]));
        isWarm = end === "warm";
        if (isWarm) metrics.prefills.inc({ result: "computed" });
        return isWarm && signal.aborted ? "stopped" : end;
      } catch (error) {
        const end = signal.aborted ? "stopped" : isYielding(error) ? "yielded" : "failed";
        metrics.prefills.inc({ result: end === "failed" ? "failed" : "aborted" });
        if (end === "failed")
          log.info({ fault: error instanceof Error ? error.name : "unknown" }, "prefill failed");
        return end;
      } finally {
        over(mine, isWarm);
      }
    },
    stop,
    lastMs: () => (last && performance.now() - last.atMs < BUSY_FOR_MS ? last.ms : null),
    spentMs,
    takeSpans() {
      if (running && running !== told) {
        told = running;
        spans.push({ fromMs: running.startedAtMs, toMs: performance.now() });
      }
      return spans.splice(0);
    },
  };
}

/** The engine has others to serve. */
function isYielding(error: unknown): boolean {
  return error instanceof EngineError && error.code === ENGINE_QUEUE;
}
