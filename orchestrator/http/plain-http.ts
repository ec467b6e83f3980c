import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Socket } from "node:net";
import { BARE_HEADERS, toRawProblem } from "./problem.ts";

/** Every TLS connection begins with a handshake record (RFC 8446 §5.1). */
const HANDSHAKE = 22;
/** Whoever says nothing for so long is let go. */
const SILENCE_MS = 10_000;

/**
 * Answers plain HTTP at the port of an HTTPS server by sending the browser there: who types an address
 * without its scheme into a phone comes this way.
 *
 * @param toOrigin the origin that a Host header stands for; undefined: none of ours
 */
export function redirectPlainHttp(
  app: FastifyInstance,
  toOrigin: (host: string | undefined) => string | undefined,
): void {
  const handshakes = app.server.listeners("connection") as ((socket: Socket) => void)[];
  app.server.removeAllListeners("connection");
  app.server.on("connection", (socket: Socket) => {
    const fail = (): void => void socket.destroy();
    socket.setTimeout(SILENCE_MS, fail).once("error", fail);
    socket.once("readable", () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return fail();
      if (first[0] !== HANDSHAKE) {
        socket.end(redirect(first.toString("latin1"), toOrigin));
        return;
      }
      socket.setTimeout(0).off("timeout", fail).off("error", fail);
      socket.unshift(first);
      for (const handshake of handshakes) handshake.call(app.server, socket);
    });
  });
}

function redirect(head: string, toOrigin: (host: string | undefined) => string | undefined): string {
  const path = /^(?:GET|HEAD) (\/[!-~]*) HTTP\/1\.[01]\r\n/.exec(head)?.[1];
  const origin = toOrigin(/^host: *(\S+) *\r$/im.exec(head)?.[1]);
  if (path === undefined || origin === undefined) return toRawProblem("bad-request", randomUUID());
  const { "content-type": _type, ...headers } = BARE_HEADERS;
  const lines = Object.entries({
    ...headers,
    location: origin + path,
    "content-length": "0",
    connection: "close",
  });
  return `HTTP/1.1 307 Temporary Redirect\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
