import { WebSocket } from "ws";
import { orAbort } from "../lib/abortable.ts";
import { closeFault, statusFault, SpeechFault } from "./fault.ts";

export interface SocketOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** A JSON message; it may come before `openSocket` has resolved. What it returns ends the connection. */
  readonly onMessage: (message: unknown) => SpeechFault | undefined;
  /** The connection is over, not by `close`. Called once. */
  readonly onFault: (fault: SpeechFault) => void;
}

/** A WebSocket that says when it is dead, also when nobody closed it. */
export interface Socket {
  send(data: string | Uint8Array): void;
  /** Asks for a sign of life now; without one the connection counts as dead after `PONG_MS`. */
  ping(): void;
  /** Sends `last`, if given, and lets the service close; whatever it says after that is not heard. */
  close(last?: string): void;
  /** Resolves with the promise, or throws the signal's reason; on any failure the connection is closed. */
  until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T>;
  /** Ends with this fault. */
  fail(fault: SpeechFault): void;
}

/**
 * Opens a WebSocket to a service. A server that has answered a ping once is asked again whenever it has
 * been quiet for `QUIET_MS`, so that a half-open connection is found before somebody speaks.
 *
 * @throws {SpeechFault} when it cannot be opened, or the signal's reason.
 */
export async function openSocket(url: URL, options: SocketOptions): Promise<Socket> {
  const { signal } = options;
  signal.throwIfAborted();
  const socket = new WebSocket(url, {
    headers: { ...options.headers },
    handshakeTimeout: OPEN_MS,
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  let isOpen = false;
  let isOver = false;
  let hasPonged = false;
  let pongTimer: NodeJS.Timeout | undefined;
  let quietTimer: NodeJS.Timeout | undefined;

  const end = (): void => {
    isOver = true;
    clearTimeout(pongTimer);
    clearTimeout(quietTimer);
  };
  const fail = (fault: SpeechFault): void => {
    if (isOver) return;
    end();
    socket.terminate();
    if (isOpen) options.onFault(fault);
  };
  const ping = (): void => {
    if (isOver || pongTimer !== undefined) return;
    socket.ping();
    if (hasPonged) pongTimer = setTimeout(() => fail(new SpeechFault("timeout", "half-open")), PONG_MS);
  };
  const heardFrom = (): void => {
    clearTimeout(pongTimer);
    pongTimer = undefined;
    clearTimeout(quietTimer);
    if (!isOver) quietTimer = setTimeout(ping, QUIET_MS);
  };

  const opened = Promise.withResolvers<void>();
  // A greeting may come in the same packet as the handshake: all listeners are there before.
  socket.once("open", () => {
    isOpen = true;
    opened.resolve();
  });
  socket.once("unexpected-response", (request, response) => {
    request.destroy();
    opened.reject(statusFault(response.statusCode ?? 500));
  });
  socket.on("error", (error: Error & { code?: string }) => {
    opened.reject(connectFault(error));
    fail(new SpeechFault("connectivity", "reset"));
  });
  socket.on("close", (code) => {
    opened.reject(closeFault(code));
    fail(closeFault(code));
  });
  socket.on("pong", () => {
    hasPonged = true;
    heardFrom();
  });
  socket.on("message", (data, isBinary) => {
    if (isOver) return;
    heardFrom();
    const message = isBinary ? undefined : parse(data);
    const fault = message === undefined ? new SpeechFault("server", "not-json") : options.onMessage(message);
    if (fault !== undefined) fail(fault);
  });
  try {
    await orAbort(opened.promise, signal);
  } catch (error) {
    end();
    socket.terminate();
    throw error;
  }
  ping();
  heardFrom();

  const close = (last?: string): void => {
    if (isOver) return;
    end();
    if (last !== undefined) socket.send(last, () => {});
    socket.close(1000);
    setTimeout(() => socket.terminate(), CLOSE_MS).unref();
  };
  return {
    send: (data) => {
      if (!isOver) socket.send(data, () => {});
    },
    ping,
    fail,
    close,
    until: (promise, limit) =>
      orAbort(promise, limit).catch((error: unknown) => {
        close();
        throw error;
      }),
  };
}

/** Longest wait for a handshake, in milliseconds. */
const OPEN_MS = 3000;
/** After this long without a word of the server it is asked for a sign of life. */
const QUIET_MS = 3000;
/** Longest wait for that sign. */
const PONG_MS = 2000;
/** Longest wait for the service to close after us. */
const CLOSE_MS = 2000;
const MAX_MESSAGE_BYTES = 1 << 20;

function connectFault(error: Error & { code?: string }): SpeechFault {
  return /timed out/i.test(error.message)
    ? new SpeechFault("timeout", "connect")
    : new SpeechFault("connectivity", error.code ?? "connect");
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}

/** The `type` of a message of any of these protocols; undefined when it has none. */
export function typeOf(message: unknown): string | undefined {
  const type =
    typeof message === "object" && message !== null && "type" in message ? message.type : undefined;
  return typeof type === "string" ? type : undefined;
}
