import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { WordReader } from "../speech/word-reader.ts";
import { createToneReader } from "./tones.ts";

/** What goes wrong with one connection; nothing when empty. Times are milliseconds of received audio. */
export interface ConnectionFault {
  /** HTTP status instead of the upgrade. */
  readonly refuse?: number;
  /** WebSocket code with which it is closed as soon as it is open. */
  readonly closeAtOnce?: number;
  /** The TCP connection is reset. */
  readonly cutAfterMs?: number;
  /** Nothing is read or said any more, pings included; the connection stays. */
  readonly halfOpenAfterMs?: number;
  /** Pings are answered, audio is not. */
  readonly stuckAfterMs?: number;
  /** Milliseconds of time that each message is late. */
  readonly slowMs?: number;
}

export interface SeenConnection {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Audio received, in milliseconds. */
  readonly receivedMs: number;
  /** Text messages received. */
  readonly messages: readonly string[];
  readonly isOpen: boolean;
}

/** One connection, as a protocol sees it. */
export interface Line {
  readonly query: URLSearchParams;
  readonly reader: WordReader;
  send(message: object): void;
  /** After what was sent before. */
  close(code: number): void;
}

/** A protocol on one connection. */
export interface Protocol {
  onAudio(samples: Int16Array): void;
  onMessage(message: { readonly [member: string]: unknown }): void;
  onClose(): void;
}

export interface SttServerOptions {
  /** Required; how it is presented is the protocol's affair. */
  readonly apiKey?: string;
  /** Default: reads tones. */
  readonly createReader?: () => WordReader;
  /** Milliseconds from the end of speech to its final, asked for each connection. Default: 200. */
  readonly finalMs?: number | (() => number);
  /** 0: any free port. */
  readonly port?: number;
}

export interface SttServer {
  /** `http://127.0.0.1:…`. */
  readonly url: string;
  readonly connections: readonly SeenConnection[];
  /** Faults of the next connections; after them `always` holds. */
  next(...faults: readonly ConnectionFault[]): void;
  always(fault: ConnectionFault): void;
  /** Resets every connection that is open. */
  cut(): void;
  close(): Promise<void>;
}

export interface Wire {
  readonly path: string;
  isAllowed(headers: IncomingHttpHeaders, apiKey: string): boolean;
  /** What a refused client is told on an open socket before it is closed with 1008. Default: HTTP 401. */
  readonly refusal?: object;
  /** Reads 16 kHz audio out of text messages, when it does not come as binary ones. */
  readonly createDecoder?: () => (message: { readonly [member: string]: unknown }) => Int16Array | undefined;
  readonly open: (line: Line, finalMs: number) => Protocol;
}

/** Starts a WebSocket server of one protocol on a port of this machine. */
export async function startSocketServer(wire: Wire, options: SttServerOptions): Promise<SttServer> {
  const { apiKey, createReader = createToneReader, finalMs = 200, port = 0 } = options;
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  const connections: SeenConnection[] = [];
  const open = new Set<Socket>();
  const queue: ConnectionFault[] = [];
  let standing: ConnectionFault = {};

  server.on("upgrade", (request, socket: Socket, head) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const fault = queue.shift() ?? standing;
    const isAllowed = apiKey === undefined || wire.isAllowed(request.headers, apiKey);
    const status =
      fault.refuse ??
      (url.pathname !== wire.path ? 404 : isAllowed || wire.refusal !== undefined ? undefined : 401);
    const seen = {
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      receivedMs: 0,
      messages: [] as string[],
      isOpen: status === undefined,
    };
    connections.push(seen);
    socket.on("error", () => {});
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      seen.isOpen = false;
    });
    sockets.handleUpgrade(request, socket, head, (client) => {
      if (fault.closeAtOnce !== undefined) client.close(fault.closeAtOnce);
      else if (!isAllowed) client.send(JSON.stringify(wire.refusal), () => client.close(1008));
      else serve(client, socket, fault, seen);
    });
  });

  const serve = (
    client: WebSocket,
    socket: Socket,
    fault: ConnectionFault,
    seen: SeenConnection & { receivedMs: number; messages: string[] },
  ): void => {
    let isDead = false;
    let isStuck = false;
    const decode = wire.createDecoder?.();
    const later = (act: () => void): void => {
      if (fault.slowMs === undefined) act();
      else setTimeout(act, fault.slowMs);
    };
    const protocol = wire.open(
      {
        query: seen.query,
        reader: createReader(),
        send: (message) =>
          later(() => {
            if (!isDead && !isStuck && client.readyState === client.OPEN)
              client.send(JSON.stringify(message));
          }),
        close: (code) => later(() => client.close(code)),
      },
      typeof finalMs === "number" ? finalMs : finalMs(),
    );
    const takeAudio = (samples: Int16Array): void => {
      seen.receivedMs += samples.length / 16;
      if (seen.receivedMs >= (fault.halfOpenAfterMs ?? Infinity)) isDead = true;
      if (seen.receivedMs >= (fault.stuckAfterMs ?? Infinity)) isStuck = true;
      if (seen.receivedMs >= (fault.cutAfterMs ?? Infinity)) return void socket.resetAndDestroy();
      if (!isDead && !isStuck) protocol.onAudio(samples);
    };
    client.on("error", () => {});
    client.on("ping", (data) => {
      if (!isDead) client.pong(data);
    });
    client.on("close", () => {
      isDead = true;
      protocol.onClose();
    });
    client.on("message", (data: Buffer, isBinary) => {
      if (isDead) return;
      if (isBinary) return takeAudio(toSamples(data));
      const text = data.toString();
      const message = JSON.parse(text) as { readonly [member: string]: unknown };
      const audio = decode?.(message);
      if (audio !== undefined) return takeAudio(audio);
      seen.messages.push(text);
      if (!isStuck) protocol.onMessage(message);
    });
  };

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    next: (...faults) => void queue.push(...faults),
    always: (fault) => {
      standing = fault;
    },
    cut: () => {
      for (const socket of open) socket.resetAndDestroy();
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Little-endian samples of 16 bits. */
export function toSamples(data: Buffer): Int16Array {
  const samples = new Int16Array(data.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(i * 2);
  return samples;
}
