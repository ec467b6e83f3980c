import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Connections on which no request was answered: browsers open some ahead of need, and closing a server
 * waits for them. Sockets that were upgraded count among them.
 */
export function watchUnusedSockets(server: Pick<Server, "on">): { close(): void } {
  const unused = new Set<Socket>();
  const opened = (socket: Socket): void => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  };
  server.on("connection", opened);
  server.on("secureConnection", opened);
  server.on("request", ({ socket }: { readonly socket: Socket }) => unused.delete(socket));
  return {
    close() {
      for (const socket of unused) socket.destroy();
    },
  };
}
