import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

/** A client's connection, and what it said. */
export interface ScriptedClient {
  readonly socket: WebSocket;
  readonly path: string;
  readonly messages: readonly string[];
  say(message: object): void;
}

/** A WebSocket server whose every word the test writes. */
export interface ScriptedServer {
  readonly url: string;
  readonly clients: readonly ScriptedClient[];
  close(): Promise<void>;
}

/** Starts it; what `greet` says to a new client comes in the packet that ends the handshake. */
export async function startScriptedServer(
  greet: (client: ScriptedClient) => void = () => {},
): Promise<ScriptedServer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const clients: ScriptedClient[] = [];
  server.on("headers", (_headers, { socket }) => {
    socket.cork();
    process.nextTick(() => socket.uncork());
  });
  server.on("connection", (socket, request) => {
    const messages: string[] = [];
    socket.on("message", (data: Buffer, isBinary) => messages.push(isBinary ? "audio" : data.toString()));
    const client = {
      socket,
      path: request.url ?? "",
      messages,
      say: (message: object) => socket.send(JSON.stringify(message)),
    };
    clients.push(client);
    greet(client);
  });
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clients,
    async close() {
      for (const { socket } of clients) socket.terminate();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
