import { z } from "zod";
import { EngineError } from "../errors.ts";
import type { EngineEvent } from "../turn/ports.ts";
import type { Usage } from "../turn/turn.ts";
import { decodeFault } from "./sse-events.ts";
import { midstreamFault } from "./http-fault.ts";

/** Turns the data events of one chat completion stream into an engine's events. */
export interface ChatReader {
  /** True after `[DONE]`: whatever follows means nothing. */
  readonly done: boolean;
  /**
   * Reads one data event. `[DONE]` gives the `finish`, and nothing else does.
   *
   * @throws {EngineError} `decode`, `midstream-error`, `done-without-finish`, `abort`, `repetition`,
   * `unknown-finish` or `empty-answer`.
   */
  read(data: string): Generator<EngineEvent>;
}

const tokens = z.number().int().nonnegative().nullish().catch(null);

const usageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: z.object({ cached_tokens: tokens }).nullish().catch(null),
});

/** Only what is read of a chunk; servers leave out, null and add members freely. */
const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        index: z.number().nullish(),
        delta: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: usageSchema.nullish().catch(null),
  error: z.unknown().optional(),
  object: z.unknown().optional(),
});

/** Creates the reader of one stream. */
export function createChatReader(engine: string): ChatReader {
  let finish: FinishReason | undefined;
  let usage: Usage = { promptTokens: null, cachedTokens: null, completionTokens: null };
  let hasText = false;
  let hasRefusal = false;
  let done = false;

  const finished = (): EngineEvent => {
    if (finish === undefined) throw doneWithoutFinish(engine);
    if (finish !== "content-filter" && !hasText && !hasRefusal) throw emptyAnswer(engine);
    return { type: "finish", reason: hasRefusal && finish === "stop" ? "refusal" : finish, usage };
  };

  return {
    get done() {
      return done;
    },
    *read(data) {
      if (data.trim() === "[DONE]") {
        done = true;
        yield finished();
        return;
      }
      const chunk = parseChunk(engine, data);
      if (chunk.usage) usage = toUsage(chunk.usage);
      for (const choice of chunk.choices ?? []) {
        if ((choice.index ?? 0) !== 0) continue;
        if (choice.delta?.content) {
          hasText = true;
          yield { type: "text-delta", text: choice.delta.content };
        }
        if (choice.delta?.refusal) {
          hasRefusal = true;
          yield { type: "refusal-delta", text: choice.delta.refusal };
        }
        if (choice.finish_reason) finish = toFinish(engine, choice.finish_reason);
      }
    },
  };
}

type FinishReason = (EngineEvent & { readonly type: "finish" })["reason"];

function parseChunk(engine: string, data: string): z.output<typeof chunkSchema> {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw decodeFault(engine, "an event that is not JSON");
  }
  const chunk = chunkSchema.safeParse(json);
  if (chunk.success && !chunk.data.error && chunk.data.object !== "error") return chunk.data;
  if (isErrorEvent(json)) throw midstreamFault(engine, json);
  throw decodeFault(engine, "an event that is no chat completion chunk");
}

function isErrorEvent(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return false;
  return ("error" in json && Boolean(json.error)) || ("object" in json && json.object === "error");
}

function toFinish(engine: string, reason: string): FinishReason {
  switch (reason) {
    case "stop":
    case "length":
      return reason;
    case "content_filter":
      return "content-filter";
    case "abort":
    case "repetition":
      throw new EngineError(engine, "server", reason, {
        message: `${engine} engine: the server cut the answer (finish_reason ${reason})`,
      });
    default:
      throw new EngineError(engine, "server", "unknown-finish", {
        message: `${engine} engine: the answer ended for a reason that is none of stop, length and content_filter`,
      });
  }
}

function toUsage(usage: z.output<typeof usageSchema>): Usage {
  return {
    promptTokens: usage.prompt_tokens ?? null,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? null,
    completionTokens: usage.completion_tokens ?? null,
  };
}

function doneWithoutFinish(engine: string): EngineError {
  return new EngineError(engine, "server", "done-without-finish", {
    message: `${engine} engine: the stream ended without saying why, as a server does that is shutting down`,
  });
}

function emptyAnswer(engine: string): EngineError {
  return new EngineError(engine, "server", "empty-answer", {
    message: `${engine} engine: the answer ended without a word`,
  });
}
