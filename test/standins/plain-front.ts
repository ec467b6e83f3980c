import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** Stands before a site on HTTPS, for a client that trusts no certificate of our making. */
export interface PlainFront {
  /** `ws` address. */
  readonly url: string;
  close(): void;
}

/**
 * Starts a front before the site.
 *
 * @param site such as https://localhost:8443
 * @param ca PEM of the one certificate that is trusted
 */
export async function startPlainFront(site: string, ca: () => string): Promise<PlainFront> {
  const sockets = new Set<Duplex>();
  const onward = ({ url = "/", method = "GET", headers }: IncomingMessage) =>
    request(`${site}${url}`, {
      method,
      headers: { ...headers, host: new URL(site).host },
      ca: ca(),
      agent: false,
    });
  const server = createServer((incoming, response) => {
    const asked = onward(incoming).on("error", () => response.destroy());
    asked.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(asked);
  });
  server.on("upgrade", (incoming, socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => sockets.delete(socket));
    const asked = onward(incoming).on("error", () => socket.destroy());
    asked.once("response", () => socket.destroy());
    asked.once("upgrade", (answer, upstream: Duplex, first: Buffer) => {
      upstream.on("error", () => upstream.destroy()).once("close", () => socket.destroy());
      socket.once("close", () => upstream.destroy());
      const heads = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${heads.join("")}\r\n`);
      socket.write(first);
      upstream.pipe(socket).pipe(upstream);
    });
    asked.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
