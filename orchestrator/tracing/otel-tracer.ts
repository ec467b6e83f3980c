import { ROOT_CONTEXT, SpanStatusCode, trace, type Attributes } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { within } from "../lib/within.ts";
import type { TracesConfig } from "../config.ts";
import type { Logger } from "../log.ts";
import { partsOf } from "../turn/spans.ts";
import { reporting } from "./reporting-exporter.ts";
import type { TracedTurn, TurnTracer } from "./turn-tracer.ts";

/** A collector that takes longer is not waited for, at the end of the process either. */
const EXPORT_MS = 2000;

/**
 * Traces over OTLP (HTTP, JSON). The provider is this tracer's own and never the process's: the
 * spans that the agent framework emits to a global one carry what was said.
 */
export function createOtelTracer({ url, headers }: TracesConfig, log: Logger): TurnTracer {
  const exporter = new OTLPTraceExporter({
    url: `${url}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: EXPORT_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "sightline" }),
    spanProcessors: [new BatchSpanProcessor(reporting(exporter, log), { exportTimeoutMillis: EXPORT_MS })],
  });
  const tracer = provider.getTracer("sightline");
  return {
    trace(turn) {
      const { spans, report } = turn;
      const zeroAtMs = Date.now() - performance.now() + turn.endedAtMs;
      const parts = partsOf(spans);
      const firstMs = Math.min(0, ...parts.map(({ fromMs }) => fromMs));
      const root = tracer.startSpan(
        "turn",
        { startTime: zeroAtMs + firstMs, attributes: attributesOf(turn) },
        ROOT_CONTEXT,
      );
      const within = trace.setSpan(ROOT_CONTEXT, root);
      for (const { part, fromMs, toMs } of parts) {
        tracer.startSpan(part, { startTime: zeroAtMs + fromMs }, within).end(zeroAtMs + toMs);
      }
      if (report.outcome === "notice") root.setStatus({ code: SpanStatusCode.ERROR });
      root.end(zeroAtMs + Math.max(spans.overMs, ...parts.map(({ toMs }) => toMs)));
    },
    async close() {
      const flushed = provider.shutdown().catch(() => {});
      await within(flushed, EXPORT_MS, undefined);
    },
  };
}

/** Decisions, reasons and counts; the names of the GenAI conventions where there are any. */
function attributesOf({ call, report, interrupted }: TracedTurn): Attributes {
  const { route, verdict, need, usage } = report;
  const known = {
    "gen_ai.usage.input_tokens": usage?.promptTokens,
    "gen_ai.usage.output_tokens": usage?.completionTokens,
    "sightline.cached_tokens": usage?.cachedTokens,
    "sightline.engine": route?.engine,
    "sightline.route_reason": route?.reason,
    "sightline.frame_reason": report.frameReason,
    "sightline.needs_frame": need?.value,
    "sightline.verdict": verdict?.value,
    "sightline.ttft_ms": report.ttftMs,
  };
  return {
    "sightline.call": call,
    "sightline.turn": report.turnId,
    "sightline.transport": report.transport,
    "sightline.outcome": report.outcome,
    "sightline.interrupted": interrupted,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined && value !== null)),
  };
}
