import type { LatencyProfile, ProfileName } from "./profiles.ts";

/** What the answer is made from. */
export interface Ask {
  /** The text parts of the last user message, joined. */
  readonly question: string;
  /** Pictures of the whole request, in order, with the size that was sent. */
  readonly pictures: readonly { readonly width: number; readonly height: number }[];
}

/** A text, or the exact texts of the answer's tokens, an empty one being a held-back half character. */
export type Answer = string | readonly string[];

/** How the simulator behaves. Everything has a default; sizes default to vLLM's own or to our flags. */
export interface SimulatorOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** A named GPU profile or one of your own. Default `zero`: no latency. */
  readonly profile?: ProfileName | LatencyProfile;
  /** Seed of the latency's jitter. Default 1. */
  readonly seed?: number;
  /** Served model name. Default `vision`. */
  readonly model?: string;
  /** Key that guards `/v1`, `/v2`, `/inference` and `/cohere`. Default: none. */
  readonly apiKey?: string;
  /** Longest prompt and answer together, in tokens. Default 16384. */
  readonly maxModelLen?: number;
  /** Requests that run at a time. Default 32. */
  readonly maxNumSeqs?: number;
  /** Tokens of one engine step; also the encoder cache in embeddings. Default 8192. */
  readonly maxNumBatchedTokens?: number;
  /** KV memory in tokens. Default 560,000: Qwen2-VL-2B on 24 GB. Never below `maxModelLen`. */
  readonly kvTokens?: number;
  /** Tokens of one KV block. Default 16; vLLM on a CPU has 32 or more. */
  readonly blockSize?: number;
  /** Default `priority`: lower first. */
  readonly schedulingPolicy?: "priority" | "fcfs";
  /** Open requests, running ones included, beyond which a new one gets 503. Default: no limit. */
  readonly maxNumQueuedReqs?: number;
  /** Pictures in one request. Default 25. */
  readonly maxImages?: number;
  /** Pixel limits of `smart_resize`. Default 100352 and 602112: 128 to 768 tokens. */
  readonly minPixels?: number;
  readonly maxPixels?: number;
  /** Processor cache in bytes, 1176 for each patch. Default 4 GiB. */
  readonly imageCacheBytes?: number;
  /** How long running streams may finish after `drain()`. Default 0: none does, vLLM's own default. */
  readonly shutdownTimeoutMs?: number;
  /** How long the server still listens, and answers 500, when the engine is gone. Default 3000, as measured. */
  readonly shutdownLingerMs?: number;
  /**
   * What becomes of streams that are still open then. Default `hang`: no byte more, and the server stays
   * until the clients leave; `error`: an error event and `[DONE]`. A real vLLM was seen to do either.
   */
  readonly unfinishedAtShutdown?: "hang" | "error";
  /** Interval of `: keep-alive` comments on open streams. Default 0: none. */
  readonly keepAliveCommentsMs?: number;
  /** How long the server "loads". Default 0. */
  readonly startDelayMs?: number;
  /** What a client meets while loading. Default `refuse`: no connection, as with vLLM. */
  readonly whileLoading?: "refuse" | "unavailable";
  /** `metrics` on the usage chunk and on whole answers. Default true. */
  readonly perRequestMetrics?: boolean;
  /** `prompt_tokens_details` in the usage. Default true. */
  readonly promptTokensDetails?: boolean;
  /** `X-Request-Id` on every answer. Default true. */
  readonly requestIdHeaders?: boolean;
  /** Longest request body in bytes. Default 64 MiB; vLLM has no limit. */
  readonly bodyLimitBytes?: number;
  /** Idle connections close after this long. Default 5000, as vLLM's server does. */
  readonly keepAliveTimeoutMs?: number;
  /** What is answered. Default: that it is a simulator, and what it was sent. */
  readonly answer?: Answer | ((ask: Ask) => Answer);
  /** The answer's length in tokens, cut or repeated. Default: as long as it is. */
  readonly answerTokens?: number;
  /** Faults of every request, in the words of the `x-simulator-fault` header. Default: none. */
  readonly fault?: string;
}

export type Settings = Required<Omit<SimulatorOptions, "profile" | "apiKey" | "answer" | "answerTokens">> & {
  readonly profile: LatencyProfile;
  readonly apiKey: string | undefined;
  readonly answer: SimulatorOptions["answer"] | undefined;
  readonly answerTokens: number | undefined;
};
