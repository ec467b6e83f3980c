import type { FastifyReply } from "fastify";

/** A reader that leaves so much unread has stopped reading; an answer is a few kilobytes. */
const UNREAD_LIMIT_BYTES = 256 * 1024;
/** Proxies between here and the reader give up on a quiet connection after a minute or so. */
const KEEP_ALIVE_MS = 15_000;

/** An answer of server-sent events. */
export interface EventStream {
  send(event: string, data: unknown): void;
  end(): void;
}

/** Sends the head with the headers that the reply has so far; from here on the reply is the stream's own. */
export function openEventStream(reply: FastifyReply): EventStream {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string | string[]>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // nginx would hold events back
    "x-accel-buffering": "no",
  });
  raw.flushHeaders();
  const write = (text: string): void => {
    if (raw.writableEnded || raw.destroyed) return;
    raw.write(text);
    if (raw.writableLength > UNREAD_LIMIT_BYTES) raw.destroy();
  };
  const keepAlive = setInterval(write, KEEP_ALIVE_MS, ":\n\n");
  raw.once("close", () => clearInterval(keepAlive));
  return {
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    end() {
      clearInterval(keepAlive);
      raw.end();
    },
  };
}
