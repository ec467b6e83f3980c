import type { EngineConfig } from "../config.ts";
import { EngineError } from "../errors.ts";
import { createDeadlines, type Deadlines } from "../lib/deadline.ts";
import { sleep } from "../lib/abortable.ts";
import type { Logger } from "../log.ts";
import type { ClearPicture } from "../turn/clear-picture.ts";
import type { Engine, EngineEvent } from "../turn/ports.ts";
import type { Jpeg, Prompt, Usage } from "../turn/turn.ts";
import { type Breaker, CANARY_LIMIT_MS, createBreaker } from "./breaker.ts";
import { createPurposeKeys } from "./crypto.ts";
import { createDiscovery } from "./discovery.ts";
import { createEngineLoad, waitingIn } from "./engine-load.ts";
import { toEndpoint } from "./endpoint.ts";
import { CONTENT_FILTER } from "./http-fault.ts";
import { toCanaryBody, toChatBody } from "./request-body.ts";
import { createPrefill } from "./prefill.ts";
import { planResend } from "./resend.ts";
import { type AnswerLimit, strictStream } from "./strict-stream.ts";
import { createTransport } from "./transport.ts";
import { createVllmMemory, type VllmRequest } from "./vllm-memory.ts";

/** An engine named `cloud` can only be one that is given nothing but clear pictures. */
type NameFor<Picture> = [Picture] extends [ClearPicture] ? "cloud" : "local";

export interface ChatEngineOptions<Picture> {
  readonly name: NameFor<Picture>;
  readonly config: EngineConfig;
  readonly toJpeg: (picture: Picture) => Jpeg;
  /** Cache salts and picture ids are derived from it; undefined: a random one for this engine. */
  readonly secretKey: string | undefined;
  readonly log?: Logger | undefined;
  /** Sees every body that is written to the server's connection. */
  readonly onSend?: (body: string) => void;
  /** Time between two canaries while the breaker is open, in milliseconds; 10,000 by default. */
  readonly canaryEveryMs?: number;
}

/** An engine that holds connections. */
export type ChatEngine<Picture> = Engine<Picture> & {
  /** Ends every request under way and closes all connections. */
  close(): Promise<void>;
};

/** Creates an engine over an OpenAI-compatible server; vLLM's own request fields go only to a vLLM. */
export function createChatEngine<Picture>(options: ChatEngineOptions<Picture>): ChatEngine<Picture> {
  const { name, config, toJpeg, secretKey, log, onSend, canaryEveryMs } = options;
  const endpoint = toEndpoint(name, config);
  const transport = createTransport(endpoint, config, onSend);
  const discovery = createDiscovery(endpoint, config, transport);
  const keys = createPurposeKeys(secretKey);
  const memory = createVllmMemory(keys);
  const closing = new AbortController();
  const load = createEngineLoad(name, async (signal) => {
    const { isVllm } = await discovery.served(signal);
    return isVllm ? waitingIn(await transport.getBeside("/metrics", signal)) : 0;
  });
  const canary = async (signal: AbortSignal): Promise<void> => {
    const { model, isVllm } = await discovery.served(signal);
    const cacheSalt = isVllm ? keys.cacheSalt("canary") : undefined;
    const answer = await transport.post("/chat/completions", toCanaryBody(model, cacheSalt), signal);
    if (!isCompletion(answer)) throw new EngineError(name, "server", "canary");
  };
  const breaker = createBreaker({
    engine: name,
    canary,
    ...(canaryEveryMs === undefined ? {} : { canaryEveryMs }),
    log,
  });

  return {
    available: () => breaker.isClosed(),
    answer: (prompt, ctx) => answer(prompt, ctx.signal),
    ...(name === "local" && {
      prefill: createPrefill({
        breaker,
        discovery,
        transport,
        memory,
        load,
        toJpeg,
        closing: closing.signal,
      }),
      state: () => load.state(),
    }),
    back: (signal) => untilBack(AbortSignal.any([signal, closing.signal])),
    forget: (conversationId) => memory.forget(conversationId),
    async close() {
      load.close();
      closing.abort(new EngineError(name, "connectivity", "closed"));
      breaker.close();
      await transport.close();
    },
  };

  async function* answer(prompt: Prompt<Picture>, signal: AbortSignal): AsyncGenerator<EngineEvent> {
    if (!breaker.isClosed()) throw breakerOpen(name, breaker);
    const deadlines = createDeadlines<AnswerLimit>([signal, closing.signal], (limit) =>
      limitPassed(name, limit),
    );
    const outcome = breaker.begin();
    const question = load.question();
    let hasAnswered = false;
    try {
      deadlines.start("ttft", config.firstTokenMs);
      deadlines.start("total", config.totalMs);
      for await (const event of firstGoodAnswer(prompt, deadlines)) {
        hasAnswered = true;
        question.answered();
        yield event;
      }
    } catch (error) {
      const reason = deadlines.signal.aborted ? deadlines.signal.reason : error;
      if (!(reason instanceof EngineError)) throw toError(reason);
      await outcome.failed(reason);
      throw reason;
    } finally {
      // Also when the listener had enough: a stop before the first token says nothing, one after it does.
      if (hasAnswered) outcome.succeeded();
      else outcome.ignored();
      question.end();
      deadlines.end();
    }
  }

  /** Asks, and asks once more where that can help and nothing was handed out. */
  async function* firstGoodAnswer(
    prompt: Prompt<Picture>,
    deadlines: Deadlines<AnswerLimit>,
  ): AsyncGenerator<EngineEvent> {
    let before: EngineError | undefined;
    while (true) {
      const vllm = memory.request(prompt.conversationId, { withBytes: before !== undefined });
      let handedOut = false;
      try {
        const { model, isVllm } = await discovery.served(deadlines.signal);
        const body = toChatBody(prompt, { model, toJpeg, vllm: isVllm ? vllm : undefined });
        const session = isVllm && maySettle(before) ? vllm.sessionId : undefined;
        const response = await transport.chat(body, deadlines.signal, session);
        for await (const event of strictStream(response, { engine: name, deadlines, gapMs: config.gapMs })) {
          if (!handedOut) accepted(vllm, before);
          handedOut = true;
          yield event;
        }
        return;
      } catch (error) {
        if (!(error instanceof EngineError) || deadlines.signal.aborted) throw error;
        load.failed(error);
        if (error.code === CONTENT_FILTER && !handedOut) {
          yield { type: "finish", reason: "content-filter", usage: NO_USAGE };
          return;
        }
        if (error.code === "unknown-model") discovery.forget();
        if (handedOut || before !== undefined) throw error;
        const resend = planResend({
          fault: error,
          usedPictureIds: vllm.usedIds(),
          leftMs: deadlines.leftMs("ttft"),
          firstTokenMs: config.firstTokenMs,
        });
        if (resend === undefined) throw error;
        before = error;
        memory.forget(prompt.conversationId);
        if (error.category !== "invalid-request") transport.reconnect();
        await sleep(resend.afterMs, deadlines.signal);
      }
    }
  }

  /** While the breaker is open, its own canary is waited for. */
  async function untilBack(signal: AbortSignal): Promise<void> {
    do await sleep(BACK_EVERY_MS, signal);
    while (!breaker.isClosed() || !(await isWell(signal)));
  }

  async function isWell(signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.timeout(CANARY_LIMIT_MS);
    return canary(AbortSignal.any([signal, limit])).then(
      () => true,
      () => false,
    );
  }

  function accepted(vllm: VllmRequest, before: EngineError | undefined): void {
    vllm.accepted();
    if (before !== undefined && REFUSES_IDS.has(before.code)) memory.stopUsingIds();
  }
}

/** A server that failed is not insisted on: any other may give this one answer. */
function maySettle(before: EngineError | undefined): boolean {
  return before === undefined || before.category === "invalid-request";
}

/** How often an engine that was away is asked whether it is back, in milliseconds. */
const BACK_EVERY_MS = 1000;

/** A server that drains answers too, with nothing, and says `abort`. */
function isCompletion(answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null || !("choices" in answer)) return false;
  const { choices } = answer;
  return Array.isArray(choices) && !choices.some((choice) => isAborted(choice));
}

function isAborted(choice: unknown): boolean {
  return typeof choice === "object" && choice !== null && "finish_reason" in choice
    ? choice.finish_reason === "abort"
    : false;
}

const NO_USAGE: Usage = { promptTokens: null, cachedTokens: null, completionTokens: null };

/** A request with picture ids was refused like this, for no other reason than them, by a server that knows none. */
const REFUSES_IDS = new Set(["http-400", "http-422"]);

function limitPassed(engine: string, limit: AnswerLimit): EngineError {
  const what = {
    ttft: "no first token came in time",
    gap: "the answer stalled",
    total: "the answer did not end in time",
  }[limit];
  return new EngineError(engine, "timeout", limit, { message: `${engine} engine: ${what}` });
}

function breakerOpen(engine: string, breaker: Breaker): EngineError {
  const last = breaker.lastFailure();
  return new EngineError(engine, last?.category ?? "connectivity", "breaker-open", {
    message: `${engine} engine: not asked, because it failed several times in a row${last === undefined ? "" : ` (${last.code})`}; it is tested every few seconds`,
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException(String(reason), "AbortError");
}
