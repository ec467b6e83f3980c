import { connect } from "node:net";
import sharp from "sharp";

/** An HTTP answer taken apart: head lines, and the body in the pieces in which it was sent. */
export interface WireAnswer {
  readonly status: number;
  readonly head: readonly string[];
  /** Chunks of a chunked body, else the whole body as one. */
  readonly chunks: readonly string[];
  readonly text: string;
  /** The body's framing is complete. */
  readonly complete: boolean;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Stop reading, and close, when the answer so far says so. */
  readonly until?: (sofar: string) => boolean;
  /** Give up after this long and return what came. Default 5000. */
  readonly timeoutMs?: number;
}

/** Sends one request on a connection of its own and returns every byte that came back. */
export function askRaw(url: string, ask: Ask): Promise<Buffer> {
  const { hostname, port } = new URL(url);
  const body =
    typeof ask.body === "string" ? ask.body : ask.body === undefined ? "" : JSON.stringify(ask.body);
  const head = [
    `${ask.method ?? "POST"} ${ask.path ?? "/v1/chat/completions"} HTTP/1.1`,
    `host: ${hostname}`,
    "connection: close",
    ...(body === "" ? [] : ["content-type: application/json", `content-length: ${Buffer.byteLength(body)}`]),
    ...Object.entries(ask.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(received));
    };
    const timer = setTimeout(finish, ask.timeoutMs ?? 5000);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (received.length > 0) finish();
      else reject(error);
    });
    socket.on("close", finish);
    socket.on("data", (data) => {
      received.push(data);
      if (ask.until?.(Buffer.concat(received).toString()) === true) finish();
    });
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  });
}

/** Sends one request and takes the answer apart. */
export async function ask(url: string, request: Ask): Promise<WireAnswer> {
  return parseWire(await askRaw(url, request));
}

/** Takes recorded or received bytes apart. */
export function parseWire(bytes: Buffer): WireAnswer {
  const split = bytes.indexOf("\r\n\r\n");
  const head = bytes.toString("utf8", 0, split).split("\r\n");
  const body = bytes.subarray(split + 4);
  const status = Number(head[0]?.split(" ")[1]);
  if (!head.includes("transfer-encoding: chunked")) {
    const length = Number(head.find((line) => line.startsWith("content-length: "))?.slice(16) ?? 0);
    return {
      status,
      head,
      chunks: [body.toString()],
      text: body.toString(),
      complete: body.length === length,
    };
  }
  const chunks: string[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf("\r\n", at);
    const size = end < 0 ? Number.NaN : Number.parseInt(body.toString("latin1", at, end), 16);
    if (Number.isNaN(size) || end + 2 + size > body.length)
      return { status, head, chunks, text: chunks.join(""), complete: false };
    if (size === 0) return { status, head, chunks, text: chunks.join(""), complete: true };
    chunks.push(body.toString("utf8", end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

/** What must be equal, byte for byte: ids, instants, durations, fingerprints and prompt sizes are blanked. */
export function blank(answer: WireAnswer): { readonly head: string; readonly chunks: readonly string[] } {
  const head = answer.head
    .join("\n")
    .replace(/date: .*/, "date: D")
    .replace(/x-request-id: .*/, "x-request-id: R")
    .replace(/content-length: \d+/, "content-length: L");
  const chunks = answer.chunks.map((chunk) =>
    chunk
      .replace(/"chatcmpl-[^"]+"/g, '"chatcmpl-I"')
      .replace(/"created":\d+/g, '"created":T')
      .replace(/"(prompt_tokens|total_tokens|cached_tokens|created_cache_tokens)":\d+/g, '"$1":N')
      .replace(/"system_fingerprint":"[^"]+"/g, '"system_fingerprint":"F"')
      .replace(/("\w+_ms"|"tokens_per_second"):\d+\.\d+(e[+-]\d+)?/g, "$1:S"),
  );
  return { head, chunks };
}

/** The JSON of every data event but `[DONE]`. */
export function events(answer: WireAnswer): readonly Record<string, unknown>[] {
  return answer.text
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice(6)) as Record<string, unknown>);
}

/** Token counts of the usage, in a stream or in a whole answer. */
export function usageOf(answer: WireAnswer): {
  readonly prompt: number;
  readonly cached: number;
  readonly image: number;
  readonly completion: number;
} {
  const number = (name: string): number =>
    Number(
      new RegExp(`"${name}":(\\d+)`).exec(answer.text.slice(answer.text.lastIndexOf('"usage":{')))?.[1] ?? 0,
    );
  return {
    prompt: number("prompt_tokens"),
    cached: number("cached_tokens"),
    image: number("image"),
    completion: number("completion_tokens"),
  };
}

/** A JPEG of one colour as a data URL. */
export async function jpegUrl(
  width: number,
  height: number,
  background: { readonly r: number; readonly g: number; readonly b: number } = { r: 200, g: 30, b: 30 },
  quality = 80,
): Promise<string> {
  const bytes = await sharp({ create: { width, height, channels: 3, background } })
    .jpeg({ quality })
    .toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}
