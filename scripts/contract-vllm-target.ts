import assert from "node:assert/strict";
import { type Ask, ask as askWire, type WireAnswer } from "./contract-vllm-wire.ts";

/** What only those know who started the server. A check that needs what is not told is left out. */
export interface Known {
  /** Requests that run at once: `--max-num-seqs`. */
  readonly slots?: number | undefined;
  /** Open requests beyond which a new one is refused, running ones counted too: `--max-num-queued-reqs`. */
  readonly queueLimit?: number | undefined;
  /** Processor cache in GB, if so small that it can be filled: `--mm-processor-cache-gb`. */
  readonly pictureCacheGb?: number | undefined;
  /** Sends SIGTERM to the server, which must have been given time to drain: `--shutdown-timeout`. */
  readonly stop?: (() => void) | undefined;
}

/** The server under test. Its answers' words are never looked at: a random model passes too. */
export interface Target extends Known {
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Tokens of a KV block, as the server's metrics tell. */
  readonly blockSize: number;
  /** KV memory, as the server's metrics tell. */
  readonly kvTokens: number;
  readonly maxModelLen: number;
}

export interface Check {
  readonly name: string;
  readonly run: (target: Target) => Promise<void>;
  /** Takes seconds. */
  readonly slow?: true;
  /** Why the check cannot be made of this server; undefined: it can. */
  readonly leftOut?: (target: Target) => string | undefined;
}

/** Environment variables of a check's run that tell what is known of the server. */
export const KNOWN_BY = {
  slots: "SLOTS",
  queueLimit: "QUEUE_LIMIT",
  pictureCacheGb: "PICTURE_CACHE_GB",
  stop: "STOP_PID",
} as const satisfies Record<keyof Known, string>;

/** Leaves a check out that needs what was not told. */
export function needs(what: keyof Known): (target: Target) => string | undefined {
  return (target) => (target[what] === undefined ? `needs ${KNOWN_BY[what]}` : undefined);
}

/** The constant text after a picture: more than a block of 16. */
export const CONSTANT =
  "Answer what follows about the picture above in one or two short sentences, the position first.\n";
const SYSTEM =
  "You are the eyes of a person who cannot see. Say what the picture shows, and no more. ".repeat(3);

/** Asks a server what it must tell before it can be checked. */
export async function describeTarget(url: string, apiKey?: string, known: Known = {}): Promise<Target> {
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const models = await askWire(url, { method: "GET", path: "/v1/models", headers });
  const [model] = (JSON.parse(models.text) as { data: { id: string; max_model_len: number }[] }).data;
  assert(model !== undefined, "the server lists no model");
  const metrics = await askWire(url, { method: "GET", path: "/metrics" });
  const info = (name: string): number =>
    Number(new RegExp(`cache_config_info\\{[^}]*\\b${name}="(\\d+)"`).exec(metrics.text)?.[1]);
  const blockSize = info("block_size");
  assert(blockSize > 0, "the server's metrics tell no block size");
  const kvTokens = blockSize * info("num_gpu_blocks");
  assert(kvTokens > 0, "the server's metrics tell no number of blocks");
  return { url, apiKey, model: model.id, maxModelLen: model.max_model_len, blockSize, kvTokens, ...known };
}

const PATIENCE_MS = 60_000;
const uncounted = { "x-contract": "vllm" };

/** Sends a request with the target's key. */
export function ask(target: Target, request: Ask): Promise<WireAnswer> {
  const key = target.apiKey === undefined ? {} : { authorization: `Bearer ${target.apiKey}` };
  return askWire(target.url, {
    timeoutMs: PATIENCE_MS,
    ...request,
    headers: { ...uncounted, ...key, ...request.headers },
  });
}

export type Message = { readonly role: string; readonly content: unknown };
export const system: Message = { role: "system", content: SYSTEM };
/** A user's message. */
export const user = (content: unknown): Message => ({ role: "user", content });
/** A text part. */
export const text = (value: string): object => ({ type: "text", text: value });
/** A picture part; null: the uuid alone. */
export const picture = (url: string | null, uuid?: string): object => ({
  type: "image_url",
  image_url: url === null ? null : { url },
  ...(uuid === undefined ? {} : { uuid }),
});

/** One token, not streamed: what a prefill sends. Its client leaves after `timeoutMs`. */
export function chat(
  target: Target,
  messages: readonly Message[],
  more: object = {},
  timeoutMs = PATIENCE_MS,
): Promise<WireAnswer> {
  const body = { model: target.model, messages, max_completion_tokens: 1, temperature: 0, ...more };
  return ask(target, { body, timeoutMs });
}

/** Fails unless the answer is this error. */
export function expectError(
  answer: WireAnswer,
  status: number,
  type: string,
  message: RegExp | string,
): void {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  const { error } = JSON.parse(answer.text) as {
    error: { message: string; type: string; code: number; param: string | null };
  };
  assert.equal(error.type, type);
  assert.equal(error.code, status);
  if (typeof message === "string") assert.equal(error.message, message);
  else assert.match(error.message, message);
}

/** The tokens of so many that fill whole blocks. */
export function fullBlocks({ blockSize }: Target, tokens: number): number {
  return Math.floor(tokens / blockSize) * blockSize;
}

/** A counter's or a gauge's value, 0 when it is not there. The first line that starts so, and has the `label`. */
export async function readMetric(target: Target, start: string, label = ""): Promise<number> {
  const { text } = await askWire(target.url, { method: "GET", path: "/metrics" });
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(start) && line.includes(label))
      ?.split(" ")
      .at(-1) ?? 0,
  );
}
