import { ServerMessage, WorkerMessage, WorkerPing } from "@livekit/protocol";
import { WebSocket, type RawData } from "ws";
import { sleep } from "../../lib/abortable.ts";
import type { Logger } from "../../log.ts";
import { workerToken, type LivekitAccess } from "./tokens.ts";

export type ServerWord = ServerMessage["message"];
export type WorkerWord = WorkerMessage["message"];

export interface WorkerSocketOptions {
  readonly access: LivekitAccess;
  readonly log: Logger;
  /** The connection is open: nothing but a registration may be sent first. */
  onOpen(send: (word: WorkerWord) => void): void;
  onWord(word: ServerWord): void;
  /** The connection is gone; another is on its way unless the socket was closed. */
  onLost(): void;
  readonly timing?: Partial<WorkerSocketTiming>;
}

export interface WorkerSocketTiming {
  /** Wait before the first try of a new connection; doubles up to `maxBackoffMs`, each ± 25 %. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  readonly handshakeMs: number;
  readonly pingMs: number;
  /** A server that says nothing for so long is gone, whatever TCP believes. */
  readonly silenceMs: number;
}

export interface WorkerSocket {
  /** Dropped when there is no connection. */
  send(word: WorkerWord): void;
  close(): Promise<void>;
}

const TIMING: WorkerSocketTiming = {
  backoffMs: 100,
  maxBackoffMs: 2000,
  handshakeMs: 5000,
  pingMs: 5000,
  silenceMs: 15_000,
};

/** Keeps a worker's socket to a LiveKit server: opened again for as long as it is not closed. */
export function openWorkerSocket(options: WorkerSocketOptions): WorkerSocket {
  const { access, log } = options;
  const timing = { ...TIMING, ...options.timing };
  const closing = new AbortController();
  let open: WebSocket | undefined;

  const send = (word: WorkerWord): void => {
    if (open?.readyState === WebSocket.OPEN) open.send(new WorkerMessage({ message: word }).toBinary());
  };

  /** One connection from its start to its end; true when it was open. */
  const connect = async (): Promise<boolean> => {
    const socket = new WebSocket(`${access.url}/agent`, {
      headers: { authorization: `Bearer ${await workerToken(access)}` },
      handshakeTimeout: timing.handshakeMs,
      perMessageDeflate: false,
    });
    let opened = false;
    let heardAtMs = performance.now();
    const watch = setInterval(() => {
      if (performance.now() - heardAtMs > timing.silenceMs) socket.terminate();
      else send({ case: "ping", value: new WorkerPing({ timestamp: BigInt(Date.now()) }) });
    }, timing.pingMs);
    try {
      await new Promise<void>((resolve) => {
        const stop = (): void => socket.close();
        closing.signal.addEventListener("abort", stop, { once: true });
        socket.on("open", () => {
          opened = true;
          heardAtMs = performance.now();
          open = socket;
          if (closing.signal.aborted) socket.close();
          else options.onOpen(send);
        });
        socket.on("message", (data) => {
          heardAtMs = performance.now();
          const word = parse(data);
          if (word) options.onWord(word);
          else socket.close(1002);
        });
        socket.on("error", (error) => {
          if (!closing.signal.aborted) log.warn({ fault: faultOf(error) }, "worker socket");
        });
        socket.on("close", () => {
          closing.signal.removeEventListener("abort", stop);
          resolve();
        });
      });
    } finally {
      clearInterval(watch);
      open = undefined;
    }
    if (opened) options.onLost();
    return opened;
  };

  const keep = async (): Promise<void> => {
    for (let tries = 0; !closing.signal.aborted; tries++) {
      if (await connect()) tries = 0;
      const backoffMs = Math.min(timing.backoffMs * 2 ** tries, timing.maxBackoffMs);
      await sleep(backoffMs * (0.75 + Math.random() / 2), closing.signal).catch(() => {});
    }
  };
  const kept = keep();

  return {
    send,
    async close() {
      closing.abort();
      const cut = setTimeout(() => open?.terminate(), 1000);
      await kept;
      clearTimeout(cut);
    },
  };
}

function parse(data: RawData): ServerWord | undefined {
  if (!Buffer.isBuffer(data)) return undefined;
  try {
    return ServerMessage.fromBinary(data).message;
  } catch {
    return undefined;
  }
}

/** The system's code or the server's status; the address stays out of the log. */
function faultOf(error: Error): string {
  if ("code" in error && typeof error.code === "string") return error.code;
  return /Unexpected server response: (\d+)/.exec(error.message)?.[1] ?? error.name;
}
