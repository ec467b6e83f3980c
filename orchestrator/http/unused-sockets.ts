import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";

export interface UnusedSockets {
  /** What was asked on this connection is answered elsewhere, as an upgrade is. */
  readonly used: (asked: Pick<IncomingMessage, "socket">) => void;
  close(): void;
}

/**
 * Connections on which nothing was asked: browsers open some ahead of need, and closing a server waits
 * for them. Over TLS such a connection may not even have shaken hands.
 */
export function watchUnusedSockets(server: Pick<Server, "on">): UnusedSockets {
  const unused = new Map<string, Socket>();
  // A TLS socket takes the place of the one that it was opened on: both have the same peer.
  const opened = (socket: Socket): void => {
    const peer = peerOf(socket);
    unused.set(peer, socket);
    socket.once("close", () => {
      if (unused.get(peer) === socket) unused.delete(peer);
    });
  };
  const used = ({ socket }: Pick<IncomingMessage, "socket">): void => void unused.delete(peerOf(socket));
  server.on("connection", opened);
  server.on("secureConnection", opened);
  server.on("request", used);
  return {
    used,
    close() {
      for (const socket of unused.values()) socket.destroy();
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
