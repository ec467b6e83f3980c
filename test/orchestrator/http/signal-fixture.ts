import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { CODE, startGateway, testLivekit } from "./gateway-fixture.ts";

export const ORIGIN = "https://10.0.0.7:8000";
export const HOST = "10.0.0.7:8000";

export interface Signal {
  readonly url: string;
  readonly seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  readonly sockets: Set<WebSocket>;
}

/** A signal server that echoes, greets at once, and refuses the token `bad` with a sentence. */
export async function startSignal(): Promise<Signal> {
  const seen: Signal["seen"] = [];
  const http = createServer((request, response) => {
    seen.push({ path: request.url ?? "", headers: request.headers });
    response.writeHead(401, { "x-inner": "1" }).end("invalid token: <script>");
  });
  const server = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    seen.push({ path: request.url ?? "", headers: request.headers });
    if (request.url?.includes("bad")) {
      socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 4\r\n\r\nnope");
      return;
    }
    server.handleUpgrade(request, socket, head, (client) => {
      client.send("hello");
      client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(async () => {
    for (const client of server.clients) client.terminate();
    http.close();
    http.closeAllConnections();
  });
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, seen, sockets: server.clients };
}

/** A gateway that passes signals to a LiveKit server. */
export async function startProxy(target: string, drainMs = 0, port = 0) {
  const livekit = testLivekit({ url: target, publicUrl: target });
  return startGateway({ accessCode: CODE, publicOrigins: [ORIGIN], livekit, drainMs, port });
}

/** What a caller sends who wants a socket. */
export const upgradeTo = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

/** A caller's socket. */
export const open = (port: number, path: string, headers: Record<string, string> = {}): WebSocket => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { host: HOST, ...headers } });
  onTestFinished(() => socket.terminate());
  return socket;
};

/** The status with which a socket is refused. */
export const refusal = (socket: WebSocket): Promise<number> =>
  new Promise((resolve, reject) => {
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => reject(new Error("opened"))).once("error", reject);
  });
