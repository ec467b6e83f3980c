import { pythonFloat } from "./python.ts";

/** What the chunks of one stream share. */
export interface ChunkHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
}

/** Token counts of a request. */
export interface UsageCounts {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  /** Prompt tokens in full blocks that were not cached before. */
  readonly createdCache: number;
  /** Picture tokens of the prompt. */
  readonly image: number;
}

/** Durations of a request in milliseconds; NaN: not reached. The first token counts from scheduling. */
export interface UsageTimes {
  readonly firstTokenMs: number;
  readonly generationMs: number;
  readonly queueMs: number;
}

export const FINGERPRINT = "vllm-0.32.0-838bffb1";
export const DONE = "data: [DONE]\n\n";

/** Makes the chunks of one stream, byte for byte as vLLM 0.32 writes them. */
export function createChunks(head: ChunkHead) {
  const start = `data: {"id":${JSON.stringify(head.id)},"object":"chat.completion.chunk","created":${head.created},"model":${JSON.stringify(head.model)},"choices":[`;
  const delta = `${start}{"index":0,"delta":{"content":`;
  return {
    /** `usage`: a member of continuous usage, with its comma, or nothing. */
    role: (usage: string) =>
      `${start}{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]${usage},"prompt_token_ids":null,"prompt_text":null}\n\n`,
    delta: (text: string, usage: string) =>
      `${delta}${JSON.stringify(text)}},"logprobs":null,"finish_reason":null,"token_ids":null}]${usage}}\n\n`,
    refusal: (text: string) =>
      `${start}{"index":0,"delta":{"refusal":${JSON.stringify(text)}},"logprobs":null,"finish_reason":null}]}\n\n`,
    finish: (text: string, reason: string, stopReason: string | null, usage: string, fingerprint: boolean) =>
      `${delta}${JSON.stringify(text)}},"logprobs":null,"finish_reason":${JSON.stringify(reason)},"stop_reason":${JSON.stringify(stopReason)},"token_ids":null}]${usage}${fingerprint ? `,"system_fingerprint":"${FINGERPRINT}"` : ""}}\n\n`,
    usage: (usage: string, metrics: string) =>
      `${start}],"usage":${usage},"system_fingerprint":"${FINGERPRINT}"${metrics}}\n\n`,
  };
}

export type Chunks = ReturnType<typeof createChunks>;

/** The usage of a stream's usage chunk (null members dropped) or of a whole answer (kept). */
export function usageJson(counts: UsageCounts, details: boolean, keepNulls: boolean): string {
  const none = keepNulls ? ',"multimodal_tokens":null' : "";
  const image = counts.image > 0 ? `,"multimodal_tokens":{"image":${counts.image}}` : none;
  const prompt = `,"prompt_tokens_details":{"cached_tokens":${counts.cached},"created_cache_tokens":${counts.createdCache}${image}}`;
  const nulls = keepNulls ? ',"completion_tokens_details":null' : "";
  return `{${countsJson(counts)}${details ? prompt : keepNulls ? ',"prompt_tokens_details":null' : ""}${nulls}}`;
}

/** The usage member of every chunk when `continuous_usage_stats` is asked for. */
export function continuousUsage(counts: UsageCounts): string {
  return `,"usage":{${countsJson(counts)},"completion_tokens_details":null}`;
}

/** The `metrics` object, or nothing for a request that never ran. */
export function metricsJson(times: UsageTimes, completion: number, keepNulls: boolean): string {
  const members: string[] = [];
  const add = (name: string, value: number): void => {
    if (!Number.isNaN(value)) members.push(`"${name}":${pythonFloat(value)}`);
    else if (keepNulls) members.push(`"${name}":null`);
  };
  const { firstTokenMs, generationMs } = times;
  add("time_to_first_token_ms", firstTokenMs);
  add("generation_time_ms", Number.isNaN(generationMs) ? 0 : generationMs);
  add("queue_time_ms", times.queueMs);
  add("mean_itl_ms", completion > 1 ? generationMs / (completion - 1) : Number.NaN);
  const totalMs = firstTokenMs + generationMs;
  add("tokens_per_second", totalMs > 0 ? completion / (totalMs / 1000) : Number.NaN);
  if (keepNulls) members.push('"speculative_decoding":null');
  return `{${members.join(",")}}`;
}

function countsJson(counts: UsageCounts): string {
  return `"prompt_tokens":${counts.prompt},"total_tokens":${counts.prompt + counts.completion},"completion_tokens":${counts.completion}`;
}
