import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "../log.ts";
import {
  BARE_HEADERS,
  Problem,
  problems,
  sendProblem,
  toProblem,
  toRawProblem,
  type ProblemCode,
} from "./problem.ts";

/** An answer may take longer than its request. */
const ARRIVAL = { headMs: 10_000, wholeMs: 30_000 };
const ARRIVAL_CHECKED_EVERY_MS = 1000;
const MAX_HEADER_BYTES = 16 * 1024;
const KEEP_ALIVE_MS = 5000;
const MAX_REQUESTS_PER_SOCKET = 1000;
const MAX_CONNECTIONS = 4000;
const DEFAULT_BODY_LIMIT_BYTES = 64 * 1024;

/** PEM texts. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface ServerOptions {
  readonly tls: TlsFiles | undefined;
  /** Addresses whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly log: Logger;
  /** By when a request must have arrived; default: its head in 10 s, all of it in 30 s. */
  readonly arrival?: { readonly headMs: number; readonly wholeMs: number };
}

/** An HTTP or HTTPS server without routes that answers every fault as problem+json and logs no address, query, cookie or body. */
export function createServer({
  tls,
  log,
  trustedProxies,
  arrival = ARRIVAL,
}: ServerOptions): FastifyInstance {
  const limits = {
    headersTimeout: arrival.headMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: Math.min(ARRIVAL_CHECKED_EVERY_MS, arrival.headMs),
  };
  const options = {
    bodyLimit: DEFAULT_BODY_LIMIT_BYTES,
    requestTimeout: arrival.wholeMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxRequestsPerSocket: MAX_REQUESTS_PER_SOCKET,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    return503OnClosing: false,
    requestIdHeader: false as const,
    genReqId: () => randomUUID(),
    clientErrorHandler: answerBadClient,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      void sendProblem(error, request, reply.headers(BARE_HEADERS)),
  };
  const app = (tls
    ? fastify({ ...options, https: { ...tls, ...limits, minVersion: "TLSv1.2" } })
    : fastify({ ...options, http: limits })) as unknown as FastifyInstance;
  app.server.maxConnections = MAX_CONNECTIONS;

  app.removeContentTypeParser("text/plain");
  setJsonLimit(app, DEFAULT_BODY_LIMIT_BYTES);
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  app.setNotFoundHandler((request, reply) => sendProblem(new Problem("not-found"), request, reply));
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    const fields = { requestId: request.id, route: routeOf(request), code: problem.code };
    if (problem.code === "internal")
      log.error({ ...fields, fault: describe(problem.cause) }, "request failed");
    else if ([401, 403, 429].includes(problems[problem.code][0])) log.warn(fields, "request refused");
    return sendProblem(problem, request, reply);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const ms = Math.round(reply.elapsedTime);
    log.debug({ requestId: request.id, route: routeOf(request), status: reply.statusCode, ms }, "request");
    done();
  });
  return app;
}

/** Limits JSON bodies of an instance's routes; no body at all counts as an empty object. */
export function setJsonLimit(app: FastifyInstance, bodyLimit: number): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string", bodyLimit }, (request, body, done) => {
    if (body === "") done(null, {});
    else void parse(request, String(body), done);
  });
}

/** The route's pattern; an address could hold a token. */
function routeOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? "(none)"}`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error ? ` ${String(error.code)}` : "";
  return `${error.name}${code}`;
}

/** What cannot even be parsed as HTTP is answered here. */
function answerBadClient(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const code: ProblemCode =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? "timeout"
      : error.code === "HPE_HEADER_OVERFLOW"
        ? "headers-too-large"
        : "bad-request";
  socket.end(toRawProblem(code, randomUUID()));
}
