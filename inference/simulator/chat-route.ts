import type { IncomingMessage, ServerResponse } from "node:http";
import { chooseAnswer } from "./answer.ts";
import { ApiError, badRequest, internalError, queueFull } from "./api-error.ts";
import type { AnswerPlan } from "./chat-answer.ts";
import { streamAnswer } from "./chat-stream.ts";
import { answerWhole } from "./chat-whole.ts";
import type { Engine } from "./engine.ts";
import { type Faults, parseFaults } from "./faults.ts";
import { randomHex, sendBody, sendJson } from "./head.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { render, type Rendered } from "./render.ts";
import { type ChatBody, checkSampling, parseChatBody, tooFewTokens } from "./request-body.ts";

/** One chat request on its way through the simulator. */
export interface ChatContext {
  readonly engine: Engine;
  readonly lifecycle: Lifecycle;
  readonly raw: { readonly request: IncomingMessage; readonly response: ServerResponse };
  readonly faults: Faults | undefined;
  readonly requestId: string | undefined;
  /** Head and chunks of the answer. */
  readonly id: string;
  readonly created: number;
  readonly model: string;
  /** The server is draining: an answer without a word. */
  readonly drained: boolean;
  /** Found out after the head was sent. */
  readonly refused: ApiError | undefined;
}

const MOST_LOGPROBS = 20;

/** Answers `POST /v1/chat/completions`. Never throws: what is wrong becomes the answer. */
export async function handleChat(
  engine: Engine,
  lifecycle: Lifecycle,
  raw: ChatContext["raw"],
  text: string,
): Promise<void> {
  const arrivedMs = performance.now();
  const { request, response } = raw;
  const given = headerText(request.headers["x-request-id"]);
  let requestId = engine.settings.requestIdHeaders ? (given ?? randomHex()) : ("" as string | undefined);
  try {
    const faults = parseFaults(headerText(request.headers["x-simulator-fault"]) ?? engine.settings.fault);
    if (faults !== undefined && (await answerFault(raw, faults, requestId))) return;
    const admission = lifecycle.admit();
    if (admission instanceof ApiError) {
      throw admission;
    }
    const body = parseChatBody(text, request.headers["content-type"]);
    const { model } = engine.settings;
    if (body.model && body.model !== model)
      throw new ApiError(
        404,
        "NotFoundError",
        `The model \`${body.model}\` does not exist. Valid aliases: ${model}.`,
        "model",
      );
    const full = refuseFull(engine, lifecycle);
    if (full !== undefined) throw full;
    if (faults?.has("flush-images")) engine.pictures.flush();
    if (faults?.has("flush-blocks")) engine.scheduler.blocks.flush();
    const rendered = render(body, { ...engine, ...engine.settings });
    const priority = Number(headerText(request.headers["x-vllm-priority"]) ?? body.priority ?? 0);
    const plan = await toPlan(body, rendered, engine, { faults, arrivedMs, priority });
    if (rendered.picturesMs > 0) await engine.renderThread.run(rendered.picturesMs);
    if (response.destroyed) return;
    const refused = refuseLate(body, engine, lifecycle);
    const context: ChatContext = {
      engine,
      lifecycle,
      raw,
      faults,
      requestId,
      id: `chatcmpl-${given ?? body.request_id ?? randomHex().slice(0, 16)}`,
      created: Math.floor(Date.now() / 1000),
      model,
      drained: admission === "drained" || faults?.has("drained") === true,
      refused,
    };
    if (body.stream) await streamAnswer(context, body, plan);
    else await answerWhole(context, plan);
  } catch (error) {
    const known = error instanceof ApiError ? error : internalError();
    if (known.outside) requestId = undefined;
    if (known.afterMs > 0) await new Promise((resolve) => void setTimeout(resolve, known.afterMs));
    sendJson(request, response, known.status, known.toJson(), { requestId });
  }
}

/** Faults that need no request: true when the answer is given, or never will be. */
async function answerFault(
  { request, response }: ChatContext["raw"],
  faults: Faults,
  requestId: string | undefined,
): Promise<boolean> {
  const slowMs = faults.get("slow-head");
  if (slowMs !== undefined) await new Promise((resolve) => void setTimeout(resolve, slowMs));
  if (faults.has("hang")) return true;
  const status = faults.get("status");
  if (status !== undefined) {
    const error = new ApiError(status, statusTypes[status] ?? "InternalServerError", "Simulated fault.");
    const after = faults.get("retry-after");
    const extra = after === undefined ? [] : ["retry-after", String(after)];
    const body = status === 401 ? '{"error":"Unauthorized"}' : error.toJson();
    sendJson(request, response, status, body, { requestId, extra });
    return true;
  }
  if (!faults.has("html")) return false;
  const page = "<!doctype html><title>Welcome</title><p>This is not the page you are looking for.</p>";
  sendBody(request, response, 200, { text: page, type: "text/html; charset=utf-8" }, { requestId });
  return true;
}

const statusTypes: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  422: "UnprocessableEntityError",
  429: "RateLimitError",
  501: "NotImplementedError",
  503: "Service Unavailable",
};

async function toPlan(
  body: ChatBody,
  { prompt, ask, lastPicture }: Rendered,
  engine: Engine,
  {
    faults,
    arrivedMs,
    priority,
  }: { readonly faults: Faults | undefined; readonly arrivedMs: number; readonly priority: number },
): Promise<AnswerPlan> {
  const { maxModelLen } = engine.settings;
  const requestedTokens = checkSampling(body, maxModelLen);
  const room = maxModelLen - prompt.ids.length;
  if (room === 0) throw tooFewTokens(0);
  const limit = Math.min(requestedTokens ?? room, room, faults?.get("length") || Number.POSITIVE_INFINITY);
  return {
    prompt,
    pieces: await chooseAnswer(ask, lastPicture, engine.settings, faults),
    maxTokens: limit,
    requestedTokens,
    minTokens: body.ignore_eos ? Number.POSITIVE_INFINITY : (body.min_tokens ?? 0),
    priority,
    arrivedMs,
    stops: body.stop === undefined || body.stop === null ? [] : [body.stop].flat(),
    keepStop: body.include_stop_str_in_output === true,
  };
}

/**
 * What vLLM finds out only when it hands the request to its engine: a stream's head is sent by then, so
 * the error comes inside it. The queue is looked at once more, since rendering pictures takes its time.
 */
function refuseLate(body: ChatBody, engine: Engine, lifecycle: Lifecycle): ApiError | undefined {
  const { top_logprobs: logprobs } = body;
  if (typeof logprobs === "number" && logprobs > MOST_LOGPROBS)
    return badRequest(
      `Requested sample logprobs of ${logprobs}, which is greater than max allowed: ${MOST_LOGPROBS}`,
      { name: "logprobs", value: logprobs },
    );
  return refuseFull(engine, lifecycle);
}

/** Counts and returns the refusal of a request that finds the queue full. */
function refuseFull({ settings, metrics }: Engine, { openAnswers }: Lifecycle): ApiError | undefined {
  if (openAnswers < settings.maxNumQueuedReqs) return undefined;
  metrics.rejected();
  return queueFull();
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
