import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { SignalRequest, SignalResponse } from "@livekit/protocol";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { LivekitServer } from "../../orchestrator/assets/livekit-process.ts";

/** The network between a caller and a livekit-server, which can be cut. */
export interface Network {
  /** What the caller connects to instead of the server. */
  readonly url: string;
  /** From now on nothing arrives at either side; nobody is told. */
  cut(): void;
  mend(): void;
  /** Datagrams that went through so far. */
  datagrams(): number;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/**
 * Stands between callers and the server: the signal socket goes through it, and all media, because the
 * server's address in the signals is changed to the relay's, and the callers' own are kept from it.
 */
export async function createNetwork(livekit: LivekitServer): Promise<Network> {
  let isCut = false;
  const media = await createMediaRelay(livekit.mediaPort, () => isCut);
  const sockets = new Set<WebSocket>();
  const accept = new WebSocketServer({ noServer: true });
  const server = createServer((incoming, response) => {
    const forward = httpRequest(
      {
        host: LOOPBACK,
        port: livekit.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forward.on("error", () => response.destroy());
    incoming.pipe(forward);
  });
  server.on("upgrade", (incoming, socket, head) => {
    if (isCut) return void socket.on("error", () => {});
    const { authorization } = incoming.headers;
    const upstream = new WebSocket(`ws://${LOOPBACK}:${livekit.port}${incoming.url ?? "/"}`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    upstream.once("unexpected-response", (_request, answer) => {
      socket.end(`HTTP/1.1 ${answer.statusCode} No\r\ncontent-length: 0\r\n\r\n`);
    });
    upstream.on("error", () => socket.destroy());
    upstream.once("open", () => {
      accept.handleUpgrade(incoming, socket, head, (client) => {
        join(client, upstream, toServer);
        join(upstream, client, toCaller);
      });
    });
  });

  const join = (
    from: WebSocket,
    to: WebSocket,
    change: (message: Buffer) => Uint8Array | undefined,
  ): void => {
    sockets.add(from);
    if (isCut) from.pause();
    from.on("message", (data: RawData, isBinary) => {
      const message = data as Buffer;
      const changed = isBinary ? change(message) : message;
      if (changed) to.send(changed, { binary: isBinary }, () => {});
    });
    from.on("error", () => {});
    from.on("close", (code) => {
      sockets.delete(from);
      if (code >= 1000 && code <= 1014 && code !== 1005 && code !== 1006) to.close(code);
      else to.terminate();
    });
  };

  const toCaller = (message: Buffer): Uint8Array => {
    const response = SignalResponse.fromBinary(message);
    const { case: kind, value } = response.message;
    const relayed = (text: string): string =>
      text.replaceAll(`${LOOPBACK} ${livekit.mediaPort} `, `${LOOPBACK} ${media.port} `);
    if (kind === "trickle") value.candidateInit = relayed(value.candidateInit);
    if (kind === "offer" || kind === "answer") value.sdp = relayed(value.sdp);
    return response.toBinary();
  };
  const toServer = (message: Buffer): Uint8Array | undefined => {
    const request = SignalRequest.fromBinary(message);
    const { case: kind, value } = request.message;
    if (kind === "trickle" && !value.final) return undefined;
    if (kind === "offer" || kind === "answer") value.sdp = value.sdp.replaceAll(/a=candidate:.*\r\n/g, "");
    return request.toBinary();
  };

  server.listen(0, LOOPBACK);
  await once(server, "listening");
  return {
    url: `ws://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
    datagrams: () => media.datagrams(),
    async close() {
      for (const socket of sockets) socket.terminate();
      media.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface MediaRelay {
  readonly port: number;
  datagrams(): number;
  close(): void;
}

/** Carries datagrams of any number of callers to the server and back, each by a socket of its own. */
async function createMediaRelay(mediaPort: number, isCut: () => boolean): Promise<MediaRelay> {
  const outside = createSocket("udp4");
  outside.bind(0, LOOPBACK);
  await once(outside, "listening");
  const inside = new Map<string, UdpSocket>();
  let count = 0;
  outside.on("message", (datagram, { address, port }) => {
    if (isCut()) return;
    count += 1;
    const key = `${address} ${port}`;
    let socket = inside.get(key);
    if (!socket) {
      socket = createSocket("udp4");
      socket.on("message", (answer) => {
        if (!isCut()) outside.send(answer, port, address);
      });
      inside.set(key, socket);
    }
    socket.send(datagram, mediaPort, LOOPBACK);
  });
  return {
    port: outside.address().port,
    datagrams: () => count,
    close() {
      outside.close();
      for (const socket of inside.values()) socket.close();
    },
  };
}
