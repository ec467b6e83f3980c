import { type ApiError, internalError } from "./api-error.ts";
import { type AnswerPlan, countTokens, createAnswer, measureTimes } from "./chat-answer.ts";
import type { ChatContext } from "./chat-route.ts";
import type { EngineRequest } from "./engine-request.ts";
import { createEventOut, type EventOut } from "./event-out.ts";
import { createFaultOut } from "./fault-out.ts";
import { openStream } from "./head.ts";
import type { ChatBody } from "./request-body.ts";
import { type Chunks, continuousUsage, createChunks, DONE, metricsJson, usageJson } from "./stream-events.ts";

/** Streams one answer: head at once, role with the first token, deltas, finish, usage, `[DONE]`. */
export async function streamAnswer(context: ChatContext, body: ChatBody, plan: AnswerPlan): Promise<void> {
  const { engine, lifecycle, raw, faults } = context;
  const { settings, scheduler } = engine;
  const wantsUsage = body.stream_options?.include_usage === true && !faults?.has("no-usage");
  const continuous = body.stream_options?.continuous_usage_stats === true && wantsUsage;
  const chunks = createChunks(context);
  const state = { ended: false, started: false };

  const request = createAnswer(plan, engine, (text, ending, request) => {
    const usage = (): string => (continuous ? continuousUsage(countTokens(request, settings.blockSize)) : "");
    if (!state.started) {
      state.started = true;
      const none = { ...countTokens(request, settings.blockSize), completion: 0 };
      out.send("role", chunks.role(continuous ? continuousUsage(none) : ""), "");
    }
    if (ending === undefined) {
      out.send("delta", chunks.delta(text, usage()), text);
      return;
    }
    out.send("finish", chunks.finish(text, ending.reason, ending.stopReason, usage(), !wantsUsage), text);
    if (wantsUsage) out.send("usage", lastUsage(chunks, request, context), "");
    finish();
  });
  const plain = createEventOut(raw.response);
  const out =
    faults === undefined ? plain : createFaultOut(context, plain, chunks, () => scheduler.abort(request));
  const stopComments = keepAlive(context, plain);
  const answer = { fail };

  function finish(): void {
    if (state.ended) return;
    state.ended = true;
    out.send("done", DONE, "");
    out.end();
    lifecycle.closed(answer);
  }
  function fail(error: ApiError): void {
    if (state.ended) return;
    scheduler.abort(request);
    out.send("error", error.toEvent(), "");
    finish();
  }

  openStream(raw.request, raw.response, context);
  lifecycle.open(answer);
  raw.response.on("close", () => {
    stopComments();
    scheduler.abort(request);
    state.ended = true;
    lifecycle.closed(answer);
  });

  if (faults?.has("hang-after-head")) return;
  if (faults?.has("empty")) return finish();
  if (faults?.has("drift")) {
    engine.pictures.flush();
    return fail(internalError());
  }
  if (context.drained) {
    out.send("role", chunks.role(""), "");
    if (wantsUsage) out.send("usage", lastUsage(chunks, request, context), "");
    return finish();
  }
  if (context.refused !== undefined) return fail(context.refused);
  const frontMs = engine.latency.front();
  if (frontMs > 0) await new Promise((resolve) => void setTimeout(resolve, frontMs));
  if (!state.ended) {
    request.times.queuedMs = performance.now();
    scheduler.submit(request);
  }
}

function lastUsage(chunks: Chunks, request: EngineRequest, { engine }: ChatContext): string {
  const { settings } = engine;
  const ran = request.generated > 0;
  const counts = countTokens(request, settings.blockSize);
  const usage = usageJson(ran ? counts : { ...counts, createdCache: 0 }, settings.promptTokensDetails, false);
  const metrics = metricsJson(measureTimes(request), request.generated, false);
  return chunks.usage(usage, settings.perRequestMetrics ? `,"metrics":${metrics}` : "");
}

/** Comments while nothing else is sent, a frozen engine included. */
function keepAlive({ engine, raw }: ChatContext, plain: EventOut): () => void {
  const ms = engine.settings.keepAliveCommentsMs;
  if (ms === 0) return () => undefined;
  const timer = setInterval(() => {
    if (raw.response.headersSent && !raw.response.writableEnded && !raw.response.destroyed)
      raw.response.write(": keep-alive\n\n");
  }, ms);
  const send = plain.send.bind(plain);
  plain.send = (kind, event, text) => {
    timer.refresh();
    send(kind, event, text);
  };
  return () => clearInterval(timer);
}
