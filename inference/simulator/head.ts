import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

const EVENT_STREAM = "text/event-stream; charset=utf-8";

let date = "";
let dateSecond = 0;

/** A date header's text, made once a second. */
function now(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date(second * 1000).toUTCString();
  }
  return date;
}

/** 32 hexadecimal digits. */
export function randomHex(): string {
  return randomUUID().replaceAll("-", "");
}

/** Members of the head that uvicorn and vLLM's middleware write, in their order. */
export interface HeadOptions {
  /** Undefined: answered outside vLLM's middleware, which adds no id and no Vary; empty: no id. */
  readonly requestId: string | undefined;
  /** Default true. */
  readonly vary?: boolean;
  /** Further header lines of a whole answer, name and value in turn. */
  readonly extra?: readonly string[];
}

const lengths = new WeakMap<ServerResponse, number>();

/** Length of the whole body that was sent; 0 for a stream. */
export function sentLength(response: ServerResponse): number {
  return lengths.get(response) ?? 0;
}

/** Answers with a whole body. */
export function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: { readonly text: string; readonly type: string | undefined },
  options: HeadOptions,
): void {
  if (response.destroyed) return;
  const length = Buffer.byteLength(body.text);
  lengths.set(response, length);
  const head = [...(options.extra ?? []), "content-length", String(length)];
  if (body.type !== undefined) head.push("content-type", body.type);
  writeHead(request, response, status, head, options, []);
  response.end(body.text);
}

/** Answers with JSON. */
export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  options: HeadOptions,
): void {
  sendBody(request, response, status, { text, type: "application/json" }, options);
}

/** Sends the head of an event stream at once, before there is anything to stream. */
export function openStream(request: IncomingMessage, response: ServerResponse, options: HeadOptions): void {
  if (response.destroyed) return;
  writeHead(request, response, 200, ["content-type", EVENT_STREAM], options, [
    "transfer-encoding",
    "chunked",
  ]);
  response.flushHeaders();
}

function writeHead(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  head: readonly string[],
  { requestId, vary = true }: HeadOptions,
  tail: readonly string[],
): void {
  response.sendDate = false;
  // Node would add `connection: keep-alive` and its timeout; uvicorn says nothing
  response.removeHeader("connection");
  const closing = request.headers.connection?.toLowerCase() === "close" ? ["connection", "close"] : [];
  const middleware =
    requestId === undefined
      ? []
      : [...(vary ? ["vary", "Origin"] : []), ...(requestId === "" ? [] : ["x-request-id", requestId])];
  response.writeHead(status, [
    "date",
    now(),
    "server",
    "uvicorn",
    ...head,
    ...middleware,
    ...closing,
    ...tail,
  ]);
}
