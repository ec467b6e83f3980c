import { EngineError } from "../errors.ts";
import type { Engine } from "../turn/ports.ts";
import type { Jpeg } from "../turn/turn.ts";
import type { Breaker } from "./breaker.ts";
import type { Discovery } from "./discovery.ts";
import type { EngineLoad } from "./engine-load.ts";
import { toPrefillBody } from "./request-body.ts";
import { isAboutPictureIds } from "./resend.ts";
import type { Transport } from "./transport.ts";
import type { VllmMemory } from "./vllm-memory.ts";

/** A whole past on a slow engine takes half of it; whoever needs it sooner gives up sooner. */
const PREFILL_MS = 20_000;

/**
 * Creates what has a vLLM compute a prompt's prefix ahead of its question. False: the server is no
 * vLLM, or is not to be asked. Its faults count for nothing: a question that comes finds out itself.
 *
 * @throws {EngineError} for a fault of server or network, `engine-queue` when it gives way to other
 * work; the signal's reason after an abort
 */
export function createPrefill<Picture>(parts: {
  readonly breaker: Breaker;
  readonly discovery: Discovery;
  readonly transport: Transport;
  readonly memory: VllmMemory;
  readonly load: EngineLoad;
  readonly toJpeg: (picture: Picture) => Jpeg;
  /** The engine is being closed. */
  readonly closing: AbortSignal;
}): NonNullable<Engine<Picture>["prefill"]> {
  const { breaker, discovery, transport, memory, load, toJpeg, closing } = parts;
  return (prompt, aborted, { background } = {}) => {
    if (!breaker.isClosed()) return Promise.resolve(false);
    const limited = AbortSignal.any([aborted, closing, AbortSignal.timeout(PREFILL_MS)]);
    const call = prompt.conversationId;
    const work = { background: background && { call, ...background }, signal: limited };
    return load.prefill(work, async (signal) => {
      const { model, isVllm } = await discovery.served(signal);
      if (!isVllm) return false;
      const vllm = memory.request(prompt.conversationId, { withBytes: false });
      try {
        const body = toPrefillBody(prompt, { model, toJpeg, vllm });
        await transport.post("/chat/completions", body, signal, vllm.sessionId);
      } catch (error) {
        load.failed(error);
        // It may have lost a picture that it had; the next request brings the bytes again.
        if (error instanceof EngineError && vllm.usedIds() && isAboutPictureIds(error)) {
          memory.forget(prompt.conversationId);
        }
        throw error;
      }
      vllm.accepted();
      return true;
    });
  };
}
