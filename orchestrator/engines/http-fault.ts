import { EngineError, type EngineErrorCategory } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";

/** What an HTTP error says beyond its category. */
export class HttpFault extends EngineError {
  /** How long the server asked to be left alone; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;
  /** Pictures of one prompt that the server takes; undefined when it did not say. */
  readonly mostPictures: number | undefined;

  constructor(
    engine: string,
    category: EngineErrorCategory,
    code: string,
    options: {
      readonly message: string;
      readonly retryable?: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly mostPictures?: number | undefined;
    },
  ) {
    super(engine, category, code, options);
    this.retryAfterMs = options.retryAfterMs;
    this.mostPictures = options.mostPictures;
  }
}

/**
 * Translates an answer that is no success. The message names the fault and what to do about it; of the
 * server's own text nothing is repeated, for it may hold the prompt.
 *
 * @param body at most the first 64 KiB of the answer.
 */
export function httpFault(
  endpoint: Endpoint,
  answer: { status: number; body: string; retryAfter: string | null },
): HttpFault {
  const detail = readDetail(parseJson(answer.body));
  const known = knownFault(endpoint, answer.status, detail);
  const { engine } = endpoint;
  const category = known?.category ?? categoryOf(answer.status);
  const message = known?.message ?? plainMessage(endpoint, answer.status, detail);
  return new HttpFault(engine, category, known?.code ?? `http-${answer.status}`, {
    message: `${engine} engine: ${message}`,
    ...(known?.retryable === undefined ? {} : { retryable: known.retryable }),
    retryAfterMs: toDelayMs(answer.retryAfter),
    mostPictures: mostPictures(detail),
  });
}

/** Translates an error object that came as an event of a stream. */
export function midstreamFault(engine: string, event: unknown): EngineError {
  const detail = readDetail(event);
  const most = mostPictures(detail);
  if (most !== undefined) {
    const { category, code, message } = tooManyPictures(most);
    return new HttpFault(engine, category, code, {
      message: `${engine} engine: ${message}`,
      mostPictures: most,
    });
  }
  const category = detail.status === undefined ? "server" : categoryOf(detail.status);
  const code = isCacheMiss(detail) ? CACHE_MISS : isFiltered(detail) ? CONTENT_FILTER : "midstream-error";
  const status = detail.status === undefined ? "" : ` (${detail.status})`;
  return new EngineError(engine, category, code, {
    message: `${engine} engine: the server reported an error inside the answer stream${status}`,
  });
}

/** The code of a picture sent by its id alone that the server no longer holds. */
export const CACHE_MISS = "image-cache-miss";

/** The code of a prompt with more pictures than the server takes. */
const TOO_MANY_PICTURES = "too-many-pictures";

/** The code of a prompt that the provider's filter declined: an outcome like the stream's own, no error. */
export const CONTENT_FILTER = "content-filter";

/** Members of an error body in the dialects of vLLM, OpenAI and FastAPI; text is for matching only. */
interface Detail {
  readonly text: string;
  /** `param`, when it is the name of a request field. */
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

function readDetail(body: unknown): Detail {
  const outer = asRecord(body);
  const error = outer["error"] ?? outer;
  const inner = asRecord(error);
  const code = inner["code"];
  const status = Number(code);
  const param = inner["param"];
  return {
    text: [error, inner["message"], outer["detail"]].find((text) => typeof text === "string") ?? "",
    param: typeof param === "string" && /^[\w.[\]-]{1,64}$/u.test(param) ? param : undefined,
    code: typeof code === "string" ? code : undefined,
    status: Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined,
  };
}

interface Known {
  readonly category: EngineErrorCategory;
  readonly code: string;
  readonly message: string;
  readonly retryable?: boolean;
}

function knownFault(endpoint: Endpoint, status: number, detail: Detail): Known | undefined {
  const category = "invalid-request";
  if (isCacheMiss(detail)) {
    return {
      category,
      code: CACHE_MISS,
      message: "the server no longer holds a picture of this conversation",
    };
  }
  const most = mostPictures(detail);
  if (most !== undefined) return tooManyPictures(most);
  if (status === 400 && isFiltered(detail)) {
    return { category, code: CONTENT_FILTER, message: "the provider's content filter declined the question" };
  }
  if (status === 404 && isUnknownModel(detail)) {
    const model = endpoint.model === undefined ? "that it listed" : JSON.stringify(endpoint.model);
    return {
      category,
      code: "unknown-model",
      message: `the server does not know the model ${model}; set ${endpoint.variable}_MODEL to one that it lists`,
    };
  }
  if ((status === 400 || status === 413) && isTooLong(detail)) {
    const limit = /maximum context length is (\d{1,9}) tokens/u.exec(detail.text)?.[1];
    return {
      category,
      code: "prompt-too-long",
      message: `the prompt is longer than the model's context${limit === undefined ? "" : ` of ${limit} tokens`}; ask a shorter question, or start a new conversation`,
    };
  }
  if (status === 429 && detail.code === "insufficient_quota") {
    return {
      category: "at-capacity",
      code: "http-429",
      message: "the account has no quota left; check its plan and billing",
      retryable: false,
    };
  }
  return undefined;
}

function plainMessage(endpoint: Endpoint, status: number, detail: Detail): string {
  const at = `the server at ${endpoint.address}`;
  if (status === 401 || status === 403) {
    const advice = endpoint.hasKey ? "to a key that it accepts" : "because it wants a key";
    return `${at} refused the key (${status}); set ${endpoint.variable}_API_KEY ${advice}`;
  }
  if (status === 404 || status === 405) {
    return `${at} has no chat completions there (${status}); ${endpoint.variable}_URL is the base URL that ends in /v1`;
  }
  if (status === 429 || status === 503) return `${at} is busy (${status}); try again in a moment`;
  if (status >= 500) return `${at} failed (${status}); its own log says why`;
  if (status >= 300 && status < 400) {
    return `${at} redirects elsewhere (${status}), which is never followed; set ${endpoint.variable}_URL to the final address`;
  }
  const field = detail.param === undefined ? "" : `, because of the field ${detail.param}`;
  return `${at} refused the request (${status})${field}; check that ${endpoint.variable}_MODEL can answer questions about pictures`;
}

/** Reliability reference §3. */
function categoryOf(status: number): EngineErrorCategory {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 429 || status === 503) return "at-capacity";
  if (status === 408) return "timeout";
  return status >= 400 && status < 500 ? "invalid-request" : "server";
}

function isCacheMiss(detail: Detail): boolean {
  return /^Cache miss for \w+ at index \d+/u.test(detail.text);
}

/** vLLM's `--limit-mm-per-prompt`. */
function mostPictures({ text }: Detail): number | undefined {
  const most = /^At most (\d{1,4}) image\(s\) may be provided/u.exec(text)?.[1];
  return most === undefined ? undefined : Number(most);
}

function tooManyPictures(most: number): Known {
  return {
    category: "invalid-request",
    code: TOO_MANY_PICTURES,
    message: `the server takes at most ${most} pictures in one prompt; fewer are sent from now on; set LOCAL_PICTURES to ${Math.max(0, most - 1)}, or raise the server's --limit-mm-per-prompt`,
  };
}

function isFiltered({ code }: Detail): boolean {
  return code !== undefined && /^(?:content_filter|content_policy_violation|moderation_blocked)$/u.test(code);
}

function isUnknownModel(detail: Detail): boolean {
  return detail.param === "model" || detail.code === "model_not_found" || /\bmodel\b/iu.test(detail.text);
}

function isTooLong(detail: Detail): boolean {
  if (detail.code === "context_length_exceeded" || detail.param === "input_tokens") return true;
  return /maximum (?:context|model) length|context (?:length|window|size)|prompt is too long/iu.test(
    detail.text,
  );
}

/** Seconds or a date (RFC 9110 §10.2.3) as milliseconds from now. */
function toDelayMs(retryAfter: string | null): number | undefined {
  if (retryAfter === null || retryAfter.trim() === "") return undefined;
  const ms = /^\s*\d+(?:\.\d+)?\s*$/u.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
