import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { WordReader } from "../speech/word-reader.ts";
import { toSamples } from "./socket-server.ts";
import { createToneReader } from "./tones.ts";

/** What goes wrong with one request; nothing when empty. */
export interface RequestFault {
  readonly status?: number;
  /** Milliseconds until the answer. */
  readonly delayMs?: number;
  /** The connection is reset instead of an answer. */
  readonly reset?: boolean;
  /** The body, as it stands, with status 200. */
  readonly body?: string;
}

export interface SeenTranscription {
  readonly headers: IncomingHttpHeaders;
  /** Form fields other than the file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly audioMs: number;
}

export interface TranscriptionServer {
  /** Ends in `/v1`. */
  readonly url: string;
  readonly requests: readonly SeenTranscription[];
  next(...faults: readonly RequestFault[]): void;
  always(fault: RequestFault): void;
  close(): Promise<void>;
}

export interface TranscriptionServerOptions {
  readonly apiKey?: string;
  readonly createReader?: () => WordReader;
  /** Milliseconds from the request to its answer. Default: 60. */
  readonly answerMs?: number;
}

/** Starts a server with OpenAI's `POST /v1/audio/transcriptions`. */
export async function startTranscriptionServer(
  options: TranscriptionServerOptions = {},
): Promise<TranscriptionServer> {
  const { apiKey, createReader = createToneReader, answerMs = 60 } = options;
  const requests: SeenTranscription[] = [];
  const queue: RequestFault[] = [];
  let standing: RequestFault = {};

  const server = createServer((request, response) => {
    const fault = queue.shift() ?? standing;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => {});
    const respond = async (): Promise<void> => {
      if (request.url !== "/v1/audio/transcriptions") return void response.writeHead(404).end("{}");
      const { fields, samples } = readForm(Buffer.concat(chunks));
      requests.push({ headers: request.headers, fields, audioMs: samples.length / 16 });
      await wait(fault.delayMs ?? answerMs);
      if (fault.reset === true) return void request.socket.resetAndDestroy();
      const isAllowed = apiKey === undefined || request.headers.authorization === `Bearer ${apiKey}`;
      const status = fault.status ?? (isAllowed ? 200 : 401);
      const reader = createReader();
      reader.push(samples);
      reader.push(new Int16Array(3200));
      const text = reader
        .words()
        .map((word) => word.text)
        .join(" ");
      response.writeHead(status, { "content-type": "application/json" });
      response.end(fault.body ?? JSON.stringify(status === 200 ? { text } : { error: { message: "no" } }));
    };
    request.on("end", () => void respond());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    next: (...faults) => void queue.push(...faults),
    always: (fault) => {
      standing = fault;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The fields of a multipart form, and the samples of the 16 kHz WAV file in it. */
export function readForm(body: Buffer): { fields: Record<string, string>; samples: Int16Array } {
  const fields: Record<string, string> = {};
  const text = body.toString("latin1");
  for (const [, name = "", value = ""] of text.matchAll(/name="(\w+)"\r\n\r\n([^\r]*)\r\n/g))
    fields[name] = value;
  const start = text.indexOf("RIFF");
  if (start < 0 || body.readUInt32LE(start + 24) !== 16_000) return { fields, samples: new Int16Array() };
  const length = body.readUInt32LE(start + 40);
  return { fields, samples: toSamples(body.subarray(start + 44, start + 44 + length)) };
}
