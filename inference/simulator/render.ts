import { badRequest } from "./api-error.ts";
import type { Ask } from "./options.ts";
import type { Pictures } from "./pictures.ts";
import type { ImageItem, PlacedImage, Prompt } from "./prompt.ts";
import type { ChatBody } from "./request-body.ts";
import { specialTokens } from "./tokenizer.ts";

/** A request made into tokens. */
export interface Rendered {
  readonly prompt: Prompt;
  readonly ask: Ask;
  /** Work of the render thread on the pictures, in milliseconds. */
  readonly picturesMs: number;
  /** The last picture, which is what a question about "this picture" means. */
  readonly lastPicture: ImageItem | undefined;
}

export interface RenderOptions {
  readonly encode: (text: string, into: number[]) => void;
  readonly pictures: Pictures;
  readonly maxImages: number;
  readonly maxModelLen: number;
}

const DEFAULT_SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n";

/**
 * Applies Qwen2-VL's chat template and preprocesses the pictures. Parts are joined without a separator;
 * a picture stands where it was sent.
 *
 * @throws {ApiError} 400 for a bad part, an unknown picture, too many pictures, or too long a prompt.
 */
export function render(body: ChatBody, options: RenderOptions): Rendered {
  const ids: number[] = [];
  const images: PlacedImage[] = [];
  let picturesMs = 0;
  let text = body.messages[0]?.role === "system" ? "" : DEFAULT_SYSTEM;
  let question = "";

  for (const { role, parts } of parseMessages(body, options.maxImages)) {
    text += `<|im_start|>${role}\n`;
    let said = "";
    for (const part of parts) {
      if (part.type === "text") {
        said += part.text;
        text += part.text;
        continue;
      }
      const { item, ms } = options.pictures.load(part, images.length);
      picturesMs += ms;
      options.encode(`${text}<|vision_start|>`, ids);
      images.push({ item, offset: ids.length, tokens: item.resized.tokens });
      for (let count = 0; count < item.resized.tokens; count += 1) ids.push(specialTokens["<|image_pad|>"]);
      text = "<|vision_end|>";
    }
    text += "<|im_end|>\n";
    if (role === "user") question = said;
  }
  if (body.add_generation_prompt !== false) text += "<|im_start|>assistant\n";
  options.encode(text, ids);
  checkLength(ids.length, options.maxModelLen);

  return {
    prompt: { ids, images, salt: typeof body.cache_salt === "string" ? body.cache_salt : undefined },
    ask: { question, pictures: images.map(({ item }) => ({ width: item.width, height: item.height })) },
    picturesMs,
    lastPicture: images.at(-1)?.item,
  };
}

type ContentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "picture"; readonly url: string | undefined; readonly uuid: string | undefined };

interface ParsedMessage {
  readonly role: string;
  readonly parts: readonly ContentPart[];
}

/** Pictures are counted before the first of them is looked at. */
function parseMessages({ messages }: ChatBody, maxImages: number): readonly ParsedMessage[] {
  let images = 0;
  return messages.map(({ role, content }) => {
    const parts = toParts(content);
    images += parts.filter(({ type }) => type === "picture").length;
    if (images <= maxImages) return { role, parts };
    throw badRequest(`At most ${maxImages} image(s) may be provided in one prompt.`, { name: "image" });
  });
}

interface UnknownPart {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly image_url?: string | number | { readonly url?: unknown } | null;
  readonly uuid?: string | number | null;
}

function toParts(content: unknown): ContentPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.map(toPart);
}

function toPart(part: unknown): ContentPart {
  const { type, text, image_url: picture, uuid } = (part ?? {}) as UnknownPart;
  if (type === "text" && typeof text === "string") return { type: "text", text };
  const known = uuid === undefined || uuid === null ? undefined : String(uuid);
  if (type !== "image_url" || (picture === undefined && known === undefined))
    throw badRequest("validation errors for ValidatorIterator");
  if (picture === undefined) throw badRequest("Missing 'type' field in multimodal part.", { name: "type" });
  const url = typeof picture === "object" && picture !== null ? picture.url : undefined;
  if (typeof picture === "number" || (url !== undefined && typeof url !== "string"))
    throw badRequest("validation errors for ValidatorIterator");
  if (url === undefined && known === undefined)
    throw badRequest("1 validation error for ChatCompletionContentPartImageParam");
  return { type: "picture", url: url === "" ? undefined : url, uuid: known };
}

/** vLLM stops counting one token past the limit, so it says "at least". */
function checkLength(tokens: number, maxModelLen: number): void {
  if (tokens <= maxModelLen) return;
  const counted = maxModelLen + 1;
  const start = `This model's maximum context length is ${maxModelLen} tokens. However, your prompt contains`;
  const message = `${start} at least ${counted} input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.`;
  throw badRequest(message, { name: "input_tokens", value: counted });
}
