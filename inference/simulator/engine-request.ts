import type { Block } from "./block-cache.ts";
import type { Prompt } from "./prompt.ts";
import { type Piece, specialTokens } from "./tokenizer.ts";

/** Why an answer ended by itself. */
export type EndReason = "stop" | "length";

/** One generated token. The end-of-turn token has no text. */
export interface Sample {
  readonly piece: Piece;
  /** Set on the last one: the answer is over, or the token limit is reached. */
  readonly end: EndReason | undefined;
}

/** Instants of a request, on the scale of `performance.now()`. */
export interface RequestTimes {
  arrivedMs: number;
  queuedMs: number;
  startedMs: number;
  firstTokenMs: number;
  lastTokenMs: number;
}

export interface EngineRequestOptions {
  readonly prompt: Prompt;
  /** Lower goes first. */
  readonly priority: number;
  readonly arrivedMs: number;
  /** The next token of the answer; undefined: it is complete. */
  readonly next: (index: number) => Piece | undefined;
  readonly maxTokens: number;
  /** Called for every token; true ends the request, as a stop string does. */
  readonly onSample: (sample: Sample, nowMs: number) => boolean;
}

/** A request inside the engine. The scheduler alone changes its state, blocks and computed tokens. */
export interface EngineRequest {
  state: "waiting" | "running" | "done";
  readonly sequence: number;
  readonly priority: number;
  readonly prompt: Prompt;
  /** Prompt and generated tokens. */
  readonly ids: number[];
  /** Hashes of the full blocks of `ids`. */
  readonly hashes: number[];
  blocks: Block[];
  /** Blocks that were offered to the cache. */
  registered: number;
  /** Tokens whose KV is there or in this step. */
  computed: number;
  /** Prompt tokens found in the cache when first scheduled. */
  cached: number;
  generated: number;
  preemptions: number;
  readonly times: RequestTimes;
  /** The request got a slot, with `cached` tokens found. False after a preemption. */
  start(nowMs: number, cached: number): boolean;
  /** Generates one token; true when it was the last. */
  sample(nowMs: number): boolean;
}

let sequence = 0;

/** Makes a request for the scheduler. */
export function createEngineRequest(options: EngineRequestOptions): EngineRequest {
  const { prompt, maxTokens } = options;
  const times = {
    arrivedMs: options.arrivedMs,
    queuedMs: performance.now(),
    startedMs: Number.NaN,
    firstTokenMs: Number.NaN,
    lastTokenMs: Number.NaN,
  };
  sequence += 1;
  return {
    state: "waiting",
    sequence,
    priority: options.priority,
    prompt,
    ids: [...prompt.ids],
    hashes: [],
    blocks: [],
    registered: 0,
    computed: 0,
    cached: 0,
    generated: 0,
    preemptions: 0,
    times,
    start(nowMs, cached) {
      if (!Number.isNaN(times.startedMs)) return false;
      times.startedMs = Math.max(nowMs, times.queuedMs);
      this.cached = cached;
      return true;
    },
    sample(nowMs) {
      const piece = options.next(this.generated);
      const token = piece ?? { id: specialTokens["<|im_end|>"], text: "" };
      this.generated += 1;
      this.ids.push(token.id);
      if (this.generated === 1) times.firstTokenMs = nowMs;
      times.lastTokenMs = nowMs;
      const end = piece === undefined ? "stop" : this.generated >= maxTokens ? "length" : undefined;
      return options.onSample({ piece: token, end }, nowMs) || end !== undefined;
    },
  };
}
