import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createScript, type Script, sendSound } from "./behaviour.ts";
import { espeakSound, type MakeSound } from "./sound.ts";

/** One text that the server was asked to say. */
export interface SaidRequest {
  readonly text: string;
  /** The request's JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Number of the TCP connection, from 1. */
  readonly connection: number;
  /** Resolves when the answer is over; true when the client closed the connection before that. */
  readonly ended: Promise<boolean>;
}

export interface OpenaiVoiceServer extends Script {
  /** Ends in `/v1`. */
  readonly url: string;
  readonly requests: readonly SaidRequest[];
  /** TCP connections so far. */
  connections(): number;
  /** Requests so far that had nothing to say. */
  looks(): number;
  /** Closes the connections that nobody uses, as a server does after a while. */
  dropIdle(): void;
  close(): Promise<void>;
}

export interface OpenaiVoiceOptions {
  /** Default: words by espeak-ng at 24 kHz. */
  readonly makeSound?: MakeSound;
  /** Required as a bearer token. */
  readonly apiKey?: string;
  /** Head and content type of the answers. Default: bare PCM as `audio/pcm`. */
  readonly format?: { readonly contentType: string; readonly head?: (sampleRate: number) => Buffer };
  readonly port?: number;
}

/** Starts a server with OpenAI's `POST /v1/audio/speech`, `response_format: "pcm"`. */
export async function startOpenaiVoice(options: OpenaiVoiceOptions = {}): Promise<OpenaiVoiceServer> {
  const { makeSound = espeakSound(24_000), apiKey, format = { contentType: "audio/pcm" } } = options;
  const script = createScript();
  const requests: SaidRequest[] = [];
  let connections = 0;
  let looks = 0;
  const numbers = new WeakMap<object, number>();

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => numbers.set(socket, ++connections));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      request.resume();
      response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"no"}}');
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === "GET") {
      looks += 1;
      response.writeHead(200, { "content-type": "application/json" }).end('{"data":[]}');
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const text = String(body["input"]);
    requests.push({
      text,
      body,
      connection: numbers.get(request.socket) ?? 0,
      ended: once(response, "close").then(() => !response.writableFinished),
    });
    const behaviour = script.take();
    if (behaviour.fault?.type === "status") {
      response.writeHead(behaviour.fault.status, { "content-type": "application/json" }).end("{}");
      return;
    }
    let hasHead = false;
    const end = await sendSound(text, {
      behaviour,
      makeSound,
      speed: Number(body["speed"] ?? 1),
      gone: gone.signal,
      send: ({ bytes }, { sampleRate }) => {
        if (!hasHead) {
          response.writeHead(200, { "content-type": format.contentType });
          response.write(format.head?.(sampleRate) ?? Buffer.alloc(0));
        }
        hasHead = true;
        response.write(bytes);
      },
    });
    if (end === "cut") response.destroy();
    if (end === "whole") {
      if (!hasHead) response.writeHead(200, { "content-type": format.contentType });
      response.end();
    }
  }

  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...script,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    connections: () => connections,
    looks: () => looks,
    dropIdle: () => server.closeIdleConnections(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
