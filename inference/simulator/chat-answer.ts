import { createAnswerText } from "./answer-text.ts";
import type { Engine } from "./engine.ts";
import { createEngineRequest, type EngineRequest } from "./engine-request.ts";
import type { Prompt } from "./prompt.ts";
import type { UsageCounts, UsageTimes } from "./stream-events.ts";
import type { Piece } from "./tokenizer.ts";

/** What is to be answered, decided before the engine sees it. */
export interface AnswerPlan {
  readonly prompt: Prompt;
  readonly pieces: readonly Piece[];
  /** Limit of this answer, clamped to the context. */
  readonly maxTokens: number;
  /** Limit that was asked for. */
  readonly requestedTokens: number | undefined;
  /** Before so many tokens the answer does not end by itself: its words repeat. */
  readonly minTokens: number;
  readonly priority: number;
  readonly arrivedMs: number;
  readonly stops: readonly string[];
  readonly keepStop: boolean;
}

/** How an answer ended. */
export interface Ending {
  readonly reason: "stop" | "length";
  /** The stop string that was found. */
  readonly stopReason: string | null;
}

/** Makes the engine's request of a plan; `onToken` gets each token's text, and the ending with the last. */
export function createAnswer(
  plan: AnswerPlan,
  engine: Engine,
  onToken: (text: string, ending: Ending | undefined, request: EngineRequest) => void,
): EngineRequest {
  const { pieces } = plan;
  const answerText = createAnswerText(plan.stops, plan.keepStop);
  let lastMs = 0;
  const request = createEngineRequest({
    ...plan,
    next: (index) =>
      index < pieces.length || index < plan.minTokens ? pieces[index % pieces.length] : undefined,
    onSample({ piece, end }, nowMs) {
      engine.metrics.token(request, nowMs - lastMs);
      lastMs = nowMs;
      const { text, stoppedBy } = answerText.push(piece.text, end !== undefined);
      const reason = stoppedBy === undefined ? end : "stop";
      if (reason === undefined) {
        onToken(text, undefined, request);
        return false;
      }
      engine.metrics.ended(request, reason, plan.requestedTokens);
      onToken(text, { reason, stopReason: stoppedBy ?? null }, request);
      return true;
    },
  });
  return request;
}

/** Token counts for the usage, so far. */
export function countTokens(request: EngineRequest, blockSize: number): UsageCounts {
  const { prompt, cached } = request;
  let image = 0;
  for (const placed of prompt.images) image += placed.tokens;
  const full = Math.floor(prompt.ids.length / blockSize) * blockSize;
  return {
    prompt: prompt.ids.length,
    completion: request.generated,
    cached,
    createdCache: Math.max(0, full - cached),
    image,
  };
}

/** Durations for the usage; the first token counts from the start of the prefill. */
export function measureTimes(request: EngineRequest): UsageTimes {
  const { queuedMs, startedMs, firstTokenMs, lastTokenMs } = request.times;
  return {
    firstTokenMs: firstTokenMs - startedMs,
    generationMs: lastTokenMs - firstTokenMs,
    queueMs: startedMs - queuedMs,
  };
}
