import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const COMMON = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_795_246_878, model: "vision" };

/** One request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined without a body. */
  readonly body: ChatRequest | undefined;
  /** Number of the TCP connection, from 1. */
  readonly connection: number;
  /** Resolves when the answer is over; true when the client closed the connection before that. */
  readonly ended: Promise<boolean>;
}

/** Members of a chat request that tests look at. */
export interface ChatRequest {
  readonly [member: string]: unknown;
  readonly messages: readonly { readonly role: string; readonly content: string | readonly ContentPart[] }[];
}

export interface ContentPart {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string } | null;
  readonly uuid?: string;
}

/** Writes one answer. */
export interface Reply {
  /** Aborts when the client has closed the connection. */
  readonly gone: AbortSignal;
  head(status?: number, headers?: Readonly<Record<string, string>>): void;
  /** One data event. */
  event(data: unknown): void;
  raw(bytes: string | Uint8Array): void;
  wait(delayMs: number): Promise<void>;
  end(): void;
  /** Breaks the TCP connection. */
  reset(): void;
}

/** What the server does with one chat request. */
export type Behaviour = (reply: Reply, request: SeenRequest) => void | Promise<void>;

export interface OpenaiServer {
  /** Ends in `/v1`. */
  readonly url: string;
  /** Chat requests, in order. */
  readonly chats: readonly SeenRequest[];
  /** All requests, in order. */
  readonly requests: readonly SeenRequest[];
  /** Behaviours of the next chat requests; after them `always` holds. */
  next(...behaviours: readonly Behaviour[]): void;
  /** Holds from now on; forgets what `next` was told. */
  always(behaviour: Behaviour): void;
  close(): Promise<void>;
}

export interface OpenaiServerOptions {
  readonly models?: readonly { readonly id: string; readonly owned_by: string }[];
  /** Instead of the list of models. */
  readonly onModels?: Behaviour;
  /** Required as a bearer token. */
  readonly apiKey?: string;
  /** 0: any free port. */
  readonly port?: number;
}

/** Starts an OpenAI-compatible server whose fault is chosen for each request. Default: `says("Hi|.")`. */
export async function startOpenaiServer(options: OpenaiServerOptions = {}): Promise<OpenaiServer> {
  const { models = [{ id: "vision", owned_by: "vllm" }], onModels, apiKey, port = 0 } = options;
  const requests: SeenRequest[] = [];
  const queue: Behaviour[] = [];
  let standing: Behaviour = says("Hi|.");
  let connections = 0;
  const numbers = new WeakMap<object, number>();

  const choose = (request: SeenRequest): Behaviour => {
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) return unauthorized;
    if (request.path === "/v1/models" && request.method === "GET")
      return (
        onModels ??
        json(200, { object: "list", data: models.map((model) => ({ object: "model", ...model })) })
      );
    if (request.path !== "/v1/chat/completions") return json(404, { detail: "Not Found" });
    return queue.shift() ?? standing;
  };

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const gone = new AbortController();
      const ended = once(response, "close").then(() => !response.writableFinished);
      void ended.then(() => gone.abort());
      const request: SeenRequest = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: text === "" ? undefined : JSON.parse(text),
        connection: numbers.get(incoming.socket) ?? 0,
        ended,
      };
      requests.push(request);
      void Promise.resolve(choose(request)(toReply(response, gone.signal), request)).catch(() => {});
    });
  });
  server.on("connection", (socket) => {
    connections += 1;
    numbers.set(socket, connections);
  });
  server.keepAliveTimeout = 5000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get chats() {
      return requests.filter(({ path }) => path === "/v1/chat/completions");
    },
    next: (...behaviours) => void queue.push(...behaviours),
    always: (behaviour) => {
      queue.length = 0;
      standing = behaviour;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A good answer; `|` parts its tokens. */
export function says(
  tokens: string,
  options: { readonly itlMs?: number; readonly finish?: string } = {},
): Behaviour {
  return async (reply) => {
    reply.head();
    reply.event(role);
    for (const token of tokens.split("|")) {
      if (options.itlMs !== undefined) await reply.wait(options.itlMs);
      reply.event(delta({ content: token }));
    }
    reply.event(finish(options.finish ?? "stop"));
    reply.event(usage(40, 32, tokens.split("|").length));
    reply.event("[DONE]");
    reply.end();
  };
}

/** A JSON document with a status. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return (reply) => {
    reply.head(status, { "content-type": "application/json", ...headers });
    reply.raw(JSON.stringify(body));
    reply.end();
  };
}

/** An error body in vLLM's form. */
export function fails(
  status: number,
  message = "upstream text",
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return json(
    status,
    { error: { message, type: "InternalServerError", param: null, code: status } },
    headers,
  );
}

/** Data events and nothing else: no finish, no usage, no `[DONE]` unless they are given. */
export function events(...data: readonly unknown[]): Behaviour {
  return (reply) => {
    reply.head();
    for (const each of data) reply.event(each);
    reply.end();
  };
}

export const role = delta({ role: "assistant", content: "" });

/** A chunk with one choice. */
export function delta(members: Readonly<Record<string, unknown>>): object {
  return { ...COMMON, choices: [{ index: 0, delta: members, logprobs: null, finish_reason: null }] };
}

export function finish(reason: string, members: Readonly<Record<string, unknown>> = {}): object {
  return { ...COMMON, choices: [{ index: 0, delta: members, logprobs: null, finish_reason: reason }] };
}

export function usage(prompt: number, cached: number, completion: number): object {
  return {
    ...COMMON,
    choices: [],
    usage: {
      prompt_tokens: prompt,
      total_tokens: prompt + completion,
      completion_tokens: completion,
      prompt_tokens_details: { cached_tokens: cached },
    },
  };
}

/** vLLM's answer to a wrong key: `error` is a string. */
export const unauthorized: Behaviour = json(401, { error: "Unauthorized" });

/** vLLM's answer to the id of a picture that it does not hold. */
export const cacheMiss: Behaviour = fails(400, "Cache miss for image at index 0 but data is not provided.");

/** A server that is shutting down: a stream with neither a word nor a reason to end. */
export const drained: Behaviour = events(role, usage(39, 0, 0), "[DONE]");

/** Accepts and never answers. */
export const hangs: Behaviour = () => {};

function toReply(response: ServerResponse, gone: AbortSignal): Reply {
  return {
    gone,
    head: (status = 200, headers = {}) => {
      response.writeHead(status, { "content-type": "text/event-stream; charset=utf-8", ...headers });
      response.flushHeaders();
    },
    event: (data) =>
      void response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`),
    raw: (bytes) => void response.write(bytes),
    wait: (delayMs) => wait(delayMs, undefined, { signal: gone }),
    end: () => void response.end(),
    reset: () => void response.socket?.resetAndDestroy(),
  };
}
