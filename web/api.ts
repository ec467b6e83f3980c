import type { CallFault } from "./call.ts";
import { readEventStream } from "./lib/event-stream.ts";

/** What the gateway says about itself; what it leaves out is assumed. */
export interface PageConfig {
  /** Whether calls are possible; else questions can only be typed. */
  readonly calls: boolean;
  readonly codeNeeded: boolean;
  /** Whether the server can hear; else the microphone is not asked for. */
  readonly hears: boolean;
  /** BCP 47 tag of what the assistant says. */
  readonly language: string;
}

export interface Ticket {
  readonly serverUrl: string;
  readonly token: string;
}

/** Why the gateway refused, or could not be reached. */
export class ApiError extends Error {
  readonly fault: CallFault;

  constructor(fault: CallFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Requests to the gateway that served the page. */
export interface Api {
  /** @throws {ApiError} */
  config(): Promise<PageConfig>;
  /** Leave to join the caller's own room. @throws {ApiError} */
  ticket(code: string, signal: AbortSignal): Promise<Ticket>;
  /**
   * Answers a typed question, as it is generated. `photo`: a JPEG as a data URL.
   *
   * @throws {ApiError} `no-answer` also for one that is cut off: half an answer may say the opposite
   */
  ask(question: Question, code: string, signal: AbortSignal): AsyncGenerator<string>;
  /** What was sent where, newest first, as the server tells it. @throws {ApiError} */
  ledger(code: string): Promise<unknown>;
  /** Deletes the caller's own entries. @throws {ApiError} */
  forget(code: string): Promise<void>;
}

export interface Question {
  readonly question: string;
  readonly image?: string;
}

/** Speaks to the gateway at `base`, which ends in `/api/v1`. */
export function createApi(base: string, fetch: typeof globalThis.fetch = globalThis.fetch): Api {
  const request = async (path: string, init: RequestInit, code: string) => {
    const headers = {
      accept: "application/json, text/event-stream",
      ...(init.body ? { "content-type": "application/json" } : {}),
      ...(code ? { authorization: `Bearer ${code}` } : {}),
    };
    const response = await fetch(`${base}${path}`, { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error;
      throw new ApiError("unreachable");
    });
    if (!response.ok) throw new ApiError(faultOf(response.status, code));
    return response;
  };
  return {
    async config() {
      const response = await request("/config", {}, "");
      return toConfig(await response.json().catch(() => undefined));
    },
    async ticket(code, signal) {
      const response = await request("/livekit/token", { method: "POST", body: "{}", signal }, code);
      const { server_url: serverUrl, participant_token: token } = toFields(
        await response.json().catch(() => undefined),
      );
      if (typeof serverUrl !== "string" || typeof token !== "string") throw new ApiError("unavailable");
      return { serverUrl, token };
    },
    async *ask(question, code, signal) {
      const response = await request(
        "/ask",
        { method: "POST", body: JSON.stringify(question), signal },
        code,
      ).catch((error: unknown) => {
        throw error instanceof ApiError && error.fault === "unavailable" ? new ApiError("no-answer") : error;
      });
      let isWhole = false;
      if (response.body) {
        for await (const { name, data } of readEventStream(chunksOf(response.body))) {
          const fields = toFields(parse(data));
          if (name === "error") break;
          if (name === "text" && typeof fields["text"] === "string") yield fields["text"];
          if (name === "end") isWhole = fields["outcome"] !== "cancelled";
        }
      }
      if (!isWhole) throw new ApiError("no-answer");
    },
    async ledger(code) {
      return (await request("/ledger", {}, code)).json();
    },
    async forget(code) {
      await request("/ledger", { method: "DELETE" }, code);
    },
  };
}

/** Not every browser can iterate a stream of bytes by itself. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function faultOf(status: number, code: string): CallFault {
  if (status === 401) return code ? "code-wrong" : "code-needed";
  if (status === 403) return "refused";
  if (status === 413 || status === 415 || status === 422) return "bad-picture";
  if (status === 429) return "too-many";
  return "unavailable";
}

function toConfig(value: unknown): PageConfig {
  const fields = toFields(value);
  const speech = toFields(fields["speech"]);
  const { language } = fields;
  return {
    calls: toFields(fields["livekit"])["available"] === true,
    codeNeeded: fields["accessCodeNeeded"] === true,
    hears: speech["ear"] !== null,
    language: typeof language === "string" && language !== "" ? language : "en",
  };
}

function toFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
