import type { ApiError } from "./api-error.ts";
import { type AnswerPlan, countTokens, createAnswer, type Ending, measureTimes } from "./chat-answer.ts";
import type { ChatContext } from "./chat-route.ts";
import type { EngineRequest } from "./engine-request.ts";
import { sendWholeFault } from "./fault-whole.ts";
import { sendJson } from "./head.ts";
import { FINGERPRINT, metricsJson, usageJson } from "./stream-events.ts";

/** Answers in one piece. */
export async function answerWhole(context: ChatContext, plan: AnswerPlan): Promise<void> {
  const { engine, lifecycle, raw, faults } = context;
  const { scheduler } = engine;
  let whole = "";
  let ended = false;
  const request = createAnswer(plan, engine, (text, ending, request) => {
    whole += text;
    if (ending === undefined) return;
    const json = completionJson(context, whole, ending, request);
    finish(() => {
      if (!sendWholeFault(context, json, whole)) sendJson(raw.request, raw.response, 200, json, context);
    });
  });
  const answer = {
    fail(error: ApiError) {
      scheduler.abort(request);
      finish(() => sendJson(raw.request, raw.response, error.status, error.toJson(), context));
    },
  };
  function finish(send: () => void): void {
    if (ended) return;
    ended = true;
    lifecycle.closed(answer);
    send();
  }

  lifecycle.open(answer);
  raw.response.on("close", () => {
    scheduler.abort(request);
    finish(() => undefined);
  });
  if (context.refused !== undefined) return answer.fail(context.refused);
  if (context.drained) {
    const json = completionJson(context, "", { reason: "abort", stopReason: null }, request);
    return finish(() => sendJson(raw.request, raw.response, 200, json, context));
  }
  if (faults?.has("hang-after-head")) return;
  const frontMs = engine.latency.front();
  if (frontMs > 0) await new Promise((resolve) => void setTimeout(resolve, frontMs));
  if (ended) return;
  request.times.queuedMs = performance.now();
  scheduler.submit(request);
}

function completionJson(
  context: ChatContext,
  text: string,
  ending: Pick<Ending, "stopReason"> & { readonly reason: string },
  request: EngineRequest,
): string {
  const { settings } = context.engine;
  const usage = usageJson(countTokens(request, settings.blockSize), settings.promptTokensDetails, true);
  const metrics = metricsJson(measureTimes(request), request.generated, true);
  const choice = `{"index":0,"message":{"role":"assistant","content":${JSON.stringify(text)},"refusal":null,"annotations":null,"audio":null,"function_call":null,"reasoning":null},"logprobs":null,"finish_reason":${JSON.stringify(ending.reason)},"stop_reason":${JSON.stringify(ending.stopReason)},"token_ids":null,"routed_experts":null}`;
  return `{"id":${JSON.stringify(context.id)},"object":"chat.completion","created":${context.created},"model":${JSON.stringify(context.model)},"choices":[${choice}],"service_tier":null,"system_fingerprint":"${FINGERPRINT}","usage":${usage},"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null,"kv_transfer_params":null,"ec_transfer_params":null,"metrics":${settings.perRequestMetrics ? metrics : "null"}}`;
}
