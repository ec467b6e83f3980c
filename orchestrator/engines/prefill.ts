import { EngineError } from "../errors.ts";
import type { Jpeg, Prompt } from "../turn/turn.ts";
import type { Breaker } from "./breaker.ts";
import type { Discovery } from "./discovery.ts";
import { toPrefillBody } from "./request-body.ts";
import type { Transport } from "./transport.ts";
import type { VllmMemory } from "./vllm-memory.ts";

/** Whoever waits longer has asked meanwhile. */
const PREFILL_MS = 4000;

/**
 * Creates what has a vLLM compute a prompt's prefix ahead of its question. False: the server is no
 * vLLM, or is not to be asked. Its faults count for nothing: a question that comes finds out itself.
 *
 * @throws {EngineError} for a fault of server or network, the signal's reason after an abort
 */
export function createPrefill<Picture>(parts: {
  readonly breaker: Breaker;
  readonly discovery: Discovery;
  readonly transport: Transport;
  readonly memory: VllmMemory;
  readonly toJpeg: (picture: Picture) => Jpeg;
  /** The engine is being closed. */
  readonly closing: AbortSignal;
}): (prompt: Prompt<Picture>, signal: AbortSignal) => Promise<boolean> {
  const { breaker, discovery, transport, memory, toJpeg, closing } = parts;
  return async (prompt, aborted) => {
    if (!breaker.isClosed()) return false;
    const signal = AbortSignal.any([aborted, closing, AbortSignal.timeout(PREFILL_MS)]);
    const { model, isVllm } = await discovery.served(signal);
    if (!isVllm) return false;
    const vllm = memory.request(prompt.conversationId, { withBytes: false });
    try {
      await transport.post("/chat/completions", toPrefillBody(prompt, { model, toJpeg, vllm }), signal);
    } catch (error) {
      // It may have lost a picture that it had; the next request brings the bytes again.
      if (error instanceof EngineError && vllm.usedIds()) memory.forget(prompt.conversationId);
      throw error;
    }
    vllm.accepted();
    return true;
  };
}
