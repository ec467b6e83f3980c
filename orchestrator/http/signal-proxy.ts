import { randomUUID } from "node:crypto";
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Logger } from "../log.ts";
import { Problem, toRawProblem, type ProblemCode } from "./problem.ts";
import { passSignals } from "./signal-goodbye.ts";
import { createUpstream } from "./signal-upstream.ts";

/** Calls, and as many that are just being made. */
const MOST_SOCKETS = 2000;
/** Why a socket was refused, in a sentence. */
const MOST_ANSWER_BYTES = 64 * 1024;
/** LiveKit's signal socket in all its versions, and nothing else of the server. */
const SIGNAL_PATH = /^\/rtc(\/v\d+)?(\?.*)?$/;
const VALIDATE_PATH = /^\/rtc(\/v\d+)?\/validate(\?.*)?$/;

export interface SignalProxyOptions {
  /** The LiveKit server as this process reaches it; `ws` or `wss`. */
  readonly target: string;
  /** What is wrong with where a request comes from; undefined: nothing. */
  readonly fault: (headers: IncomingHttpHeaders) => ProblemCode | undefined;
  readonly log: Logger;
}

export interface SignalProxy {
  /** Tells every caller who has a socket that the service restarts; what does not end then is cut. */
  sayGoodbye(): void;
}

/** A caller's socket. */
interface Passing {
  /** Undefined: LiveKit has not agreed yet. */
  sayGoodbye: (() => void) | undefined;
}

/** A frame that is under way when the end is said has so long to be whole. */
const GOODBYE_MS = 900;

/**
 * Passes LiveKit's signal socket through, so that a page on HTTPS needs one certificate and one port.
 * Only `/rtc` is passed on, never the server's administration. Sound and pictures do not come this
 * way: they go between device and server directly.
 */
export function addSignalProxy(
  app: FastifyInstance,
  { target, fault, log }: SignalProxyOptions,
): SignalProxy {
  const upstream = createUpstream(target);
  const sockets = new Map<Duplex, Passing>();

  app.server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const wrong = SIGNAL_PATH.test(incoming.url ?? "") ? fault(incoming.headers) : "not-found";
    if (wrong || sockets.size >= MOST_SOCKETS) return refuse(socket, wrong ?? "busy");
    const passing: Passing = { sayGoodbye: undefined };
    sockets.set(socket, passing);
    socket.once("close", () => sockets.delete(socket));
    const outgoing = upstream(incoming, { connection: "Upgrade", upgrade: "websocket" });
    outgoing.once("error", (error: NodeJS.ErrnoException) => {
      log.warn({ code: error.code ?? "no-answer" }, "LiveKit signal connection failed");
      refuse(socket, "bad-gateway");
    });
    join(outgoing, socket, head, passing);
  });

  // a browser learns only here why its socket was refused
  for (const path of ["/rtc/validate", "/rtc/:version/validate"])
    app.get(path, async (request, reply) => {
      if (!VALIDATE_PATH.test(request.raw.url ?? "")) throw new Problem("not-found");
      const answer = await answerOf(upstream(request.raw, {}));
      return reply
        .code(answer.status)
        .header("cache-control", "no-store")
        .type("text/plain; charset=utf-8")
        .send(answer.text);
    });

  return {
    sayGoodbye() {
      for (const [socket, { sayGoodbye }] of sockets) {
        if (sayGoodbye) sayGoodbye();
        else socket.destroy();
        const timer = setTimeout(() => socket.destroy(), GOODBYE_MS);
        socket.once("close", () => clearTimeout(timer));
      }
    },
  };
}

/** Connects a caller's socket with LiveKit's, once LiveKit has agreed; each ends with the other. */
function join(outgoing: ClientRequest, socket: Duplex, head: Buffer, passing: Passing): void {
  socket.once("close", () => outgoing.destroy());
  outgoing
    .once("upgrade", (answer, upstream: Duplex, first: Buffer) => {
      upstream.on("error", () => upstream.destroy()).once("close", () => socket.destroy());
      socket.once("close", () => upstream.destroy());
      const headers = answer.rawHeaders.flatMap((name, index) =>
        index % 2 === 0 ? [`${name}: ${answer.rawHeaders[index + 1] ?? ""}\r\n`] : [],
      );
      socket.write(`${statusLine(answer)}${headers.join("")}\r\n`);
      upstream.write(head);
      passing.sayGoodbye = passSignals(upstream, socket, first);
    })
    .once("response", (answer) => {
      answer.resume();
      answerAndClose(socket, `${statusLine(answer)}connection: close\r\ncontent-length: 0\r\n\r\n`);
    })
    .end();
}

function statusLine({ statusCode, statusMessage }: IncomingMessage): string {
  return `HTTP/1.1 ${statusCode ?? 502} ${statusMessage ?? ""}\r\n`;
}

function refuse(socket: Duplex, code: ProblemCode): void {
  answerAndClose(socket, toRawProblem(code, randomUUID()));
}

/** Does not wait for the other side to close: one that never does would keep its place for ever. */
function answerAndClose(socket: Duplex, text: string): void {
  // What came unasked is read: left in the socket, it would take the answer with it.
  socket.resume().end(text, () => socket.destroy());
}

/** @throws {Problem} `bad-gateway` */
async function answerOf(
  outgoing: ClientRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const answered = Promise.withResolvers<IncomingMessage>();
    outgoing
      .once("response", answered.resolve)
      .once("error", answered.reject)
      .once("upgrade", (_answer, socket) => {
        socket.on("error", () => {}).destroy();
        answered.reject(new Error("a socket nobody asked for"));
      })
      .end();
    const answer = await answered.promise;
    let text = "";
    for await (const chunk of answer.setEncoding("utf8"))
      text = (text + String(chunk)).slice(0, MOST_ANSWER_BYTES);
    return { status: answer.statusCode ?? 502, text };
  } catch (cause) {
    throw new Problem("bad-gateway", { cause });
  }
}
