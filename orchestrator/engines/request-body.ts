import type { Jpeg, Message, Part, Prompt } from "../turn/turn.ts";
import { stripAcrossParts, stripSpecialTokens } from "./strip-special-tokens.ts";

/** The body of a chat completion, as it leaves. It is built from this list of members and no other. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Known to OpenAI and vLLM alike; OpenAI's newer models refuse the older `max_tokens`. */
  readonly max_completion_tokens: number;
  readonly temperature: 0;
  readonly stream: true;
  readonly stream_options: { readonly include_usage: true };
  /** vLLM only: parts the prefix cache between conversations. */
  readonly cache_salt?: string;
  /** vLLM only: questions go before prefills, which ask with 10. */
  readonly priority?: 0;
}

export type ChatMessage =
  | { readonly role: "system" | "assistant"; readonly content: string }
  | { readonly role: "user"; readonly content: string | readonly ChatPart[] };

export type ChatPart =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "image_url";
      /** Null: the server still holds the picture of this `uuid`. */
      readonly image_url: { readonly url: string } | null;
      /** vLLM only. */
      readonly uuid?: string;
    };

/** How a vLLM names and keeps the pictures of one conversation. */
export interface VllmFields {
  readonly cacheSalt: string;
  pictureId(jpeg: Jpeg): string;
  /** True when the picture is sent by its id alone. */
  isHeld(jpeg: Jpeg): boolean;
}

export interface ChatBodyOptions<Picture> {
  readonly model: string;
  readonly toJpeg: (picture: Picture) => Jpeg;
  /** Undefined for any server but a vLLM. */
  readonly vllm: VllmFields | undefined;
}

/** Builds the request of a turn. Pictures go as JPEG data URLs, never as addresses. */
export function toChatBody<Picture>(prompt: Prompt<Picture>, options: ChatBodyOptions<Picture>): ChatBody {
  const { model, vllm } = options;
  return {
    model,
    messages: prompt.messages.map((message) => toChatMessage(message, options)),
    max_completion_tokens: prompt.maxTokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
    ...(vllm === undefined ? {} : { cache_salt: vllm.cacheSalt, priority: 0 }),
  };
}

/** Of a prefill: it waits behind every question. */
const PREFILL_PRIORITY = 10;

/**
 * Builds the request that has a vLLM compute a prompt's prefix: one token, no stream. What follows the
 * prompt's last part in a later request costs its own tokens and those of a broken block.
 */
export function toPrefillBody<Picture>(
  prompt: Prompt<Picture>,
  options: Omit<ChatBodyOptions<Picture>, "vllm"> & { readonly vllm: VllmFields },
): object {
  return {
    model: options.model,
    messages: prompt.messages.map((message) => toChatMessage(message, options)),
    max_completion_tokens: 1,
    temperature: 0,
    cache_salt: options.vllm.cacheSalt,
    priority: PREFILL_PRIORITY,
  };
}

/** Builds the smallest request that shows whether a server answers: one token, no stream. */
export function toCanaryBody(model: string, cacheSalt: string | undefined): object {
  return {
    model,
    messages: [{ role: "user", content: "Say yes." }],
    max_completion_tokens: 1,
    temperature: 0,
    ...(cacheSalt === undefined ? {} : { cache_salt: cacheSalt }),
  };
}

function toChatMessage<Picture>(message: Message<Picture>, options: ChatBodyOptions<Picture>): ChatMessage {
  if (message.role !== "user") return { role: message.role, content: stripSpecialTokens(message.text) };
  const texts = stripAcrossParts(message.parts.map((part) => (part.type === "text" ? part.text : "")));
  const [only, ...more] = message.parts;
  if (only?.type === "text" && more.length === 0) return { role: "user", content: texts[0] ?? "" };
  return { role: "user", content: message.parts.map((part, i) => toChatPart(part, texts[i] ?? "", options)) };
}

function toChatPart<Picture>(
  part: Part<Picture>,
  text: string,
  { toJpeg, vllm }: ChatBodyOptions<Picture>,
): ChatPart {
  if (part.type === "text") return { type: "text", text };
  const jpeg = toJpeg(part.picture);
  if (vllm?.isHeld(jpeg)) return { type: "image_url", image_url: null, uuid: vllm.pictureId(jpeg) };
  const image_url = { url: toDataUrl(jpeg) };
  return vllm === undefined
    ? { type: "image_url", image_url }
    : { type: "image_url", image_url, uuid: vllm.pictureId(jpeg) };
}

/** A conversation's pictures go with each of its requests to a server that cannot hold them: encoded once. */
const dataUrls = new WeakMap<Jpeg, string>();

function toDataUrl(jpeg: Jpeg): string {
  const known = dataUrls.get(jpeg);
  if (known !== undefined) return known;
  const { bytes } = jpeg;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const url = `data:image/jpeg;base64,${buffer.toString("base64")}`;
  dataUrls.set(jpeg, url);
  return url;
}
