import OpenAI from "openai";
import { Agent, fetch, type RequestInit } from "undici";
import type { EngineConfig } from "../config.ts";
import { EngineError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import { httpFault } from "./http-fault.ts";
import { networkFault } from "./network-fault.ts";

/** HTTP to one endpoint. What it throws is an `EngineError`, or the signal's reason. */
export interface Transport {
  /**
   * Posts a chat completion and resolves with the answer's head: a success whose body is unread.
   *
   * @param session by which a router keeps a conversation with one of several servers
   */
  chat(body: object, signal: AbortSignal, session?: string): Promise<Response>;
  /** Gets a JSON document below the base URL; undefined when it is none. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** Gets a text from beside the base URL, where a vLLM has its metrics. */
  getBeside(path: string, signal: AbortSignal): Promise<string>;
  /** Posts a JSON document below the base URL and resolves with the answer's. @param session as for `chat` */
  post(path: string, body: object, signal: AbortSignal, session?: string): Promise<unknown>;
  /** Makes later requests use new connections, so that a balancer may choose another server. */
  reconnect(): void;
  /** Closes every connection, whatever is under way. */
  close(): Promise<void>;
}

/**
 * Creates the transport of one endpoint: `openai` builds the requests, undici's pool carries them.
 *
 * @param onSend sees every body in the very form in which it is written to the connection
 */
export function createTransport(
  endpoint: Endpoint,
  config: EngineConfig,
  onSend?: (body: string) => void,
): Transport {
  let agent = createAgent(config.kind);
  const retired = new Set<Agent>();

  const strictFetch = async (
    url: string | URL | Request,
    init: globalThis.RequestInit = {},
  ): Promise<Response> => {
    const request: RequestInit = {
      method: init.method ?? "GET",
      body: typeof init.body === "string" ? init.body : null,
      signal: init.signal ?? null,
      headers: ownHeaders(endpoint, config.apiKey, new Headers(init.headers).get(SESSION_HEADER)),
      redirect: "manual",
      dispatcher: agent,
    };
    if (typeof request.body === "string") onSend?.(request.body);
    const response = await fetch(String(url instanceof Request ? url.url : url), request).catch(
      (error: unknown) => {
        throw new Fault(networkFault(endpoint, error));
      },
    );
    if (!response.ok) {
      const body = await readStart(response.body).catch((error: unknown) => {
        throw new Fault(networkFault(endpoint, error));
      });
      const retryAfter = response.headers.get("retry-after");
      throw new Fault(httpFault(endpoint, { status: response.status, body, retryAfter }));
    }
    return response;
  };

  // Everything that the client would otherwise read from the environment is given here.
  const client = new OpenAI({
    baseURL: config.url,
    apiKey: "set by ownHeaders",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: "off",
    maxRetries: 0,
    timeout: config.totalMs + CLIENT_SLACK_MS,
    defaultHeaders: { [SESSION_HEADER]: null },
    fetch: strictFetch,
  });

  return {
    chat: (body, signal, session) =>
      translated(signal, () =>
        client.chat.completions
          .create(body as OpenAI.ChatCompletionCreateParamsStreaming, { signal, headers: ofSession(session) })
          .asResponse(),
      ),
    get: (path, signal) =>
      translated(signal, async () => readJson(await client.get(path, { signal }).asResponse())),
    getBeside: (path, signal) =>
      translated(signal, async () => {
        const url = new URL(`..${path}`, `${config.url}/`).href;
        return (await client.get(url, { signal }).asResponse()).text();
      }),
    post: (path, body, signal, session) =>
      translated(signal, async () =>
        readJson(await client.post(path, { body, signal, headers: ofSession(session) }).asResponse()),
      ),
    reconnect: () => {
      const old = agent;
      agent = createAgent(config.kind);
      retired.add(old);
      void old.close().finally(() => retired.delete(old));
    },
    close: async () => {
      await Promise.all([...retired, agent].map((each) => each.destroy()));
    },
  };

  async function translated<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      const cause = error instanceof Error ? error.cause : undefined;
      throw cause instanceof Fault ? cause.fault : networkFault(endpoint, error);
    }
  }
}

/** Carries a translated fault through the client, which would take a message or a cause for its own. */
class Fault extends Error {
  readonly fault: EngineError;

  constructor(fault: EngineError) {
    super("engine fault");
    this.fault = fault;
  }
}

/** Beyond our own deadlines, which are the ones that count. */
const CLIENT_SLACK_MS = 10_000;

/** Far more than one process answers at a time; bounds what a server that accepts and hangs can hold. */
const MAX_CONNECTIONS = 256;

/** vLLM closes an idle connection after 5.0 s (measured, 0.32.0); ours is not reused in its last second. */
const VLLM_IDLE_MS = 4000;
/** Hosted models keep a connection for a minute or more; a turn between two thoughts saves its TLS handshake. */
const HOSTED_IDLE_MS = 45_000;

/** HTTP/1.1 only: there an abort closes the connection, which every server notices. */
function createAgent(kind: EngineConfig["kind"]): Agent {
  const idleMs = kind === "openai" ? HOSTED_IDLE_MS : VLLM_IDLE_MS;
  return new Agent({
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    connections: MAX_CONNECTIONS,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** What the vLLM production stack's router is told to look at. */
const SESSION_HEADER = "x-session-id";

function ofSession(session: string | undefined): Record<string, string> {
  return session === undefined ? {} : { [SESSION_HEADER]: session };
}

/** All headers that leave; a server of the vLLM kind takes orders from some others. */
function ownHeaders(
  endpoint: Endpoint,
  apiKey: string | undefined,
  session: string | null,
): Record<string, string> {
  if (apiKey !== undefined && !/^[\u0021-\u007E]+$/u.test(apiKey)) {
    throw new Fault(
      new EngineError(endpoint.engine, "unauthorized", "malformed-key", {
        message: `${endpoint.engine} engine: the key holds a blank or a character that no HTTP header can carry; check ${endpoint.variable}_API_KEY`,
      }),
    );
  }
  return {
    accept: "text/event-stream, application/json",
    "accept-encoding": "identity",
    "content-type": "application/json",
    "user-agent": "sightline",
    ...ofSession(session ?? undefined),
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MAX_ERROR_BYTES = 65_536;

async function readStart(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ERROR_BYTES).toString("utf8");
}
