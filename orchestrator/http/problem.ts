import type { FastifyReply, FastifyRequest } from "fastify";

/** Every way in which a request can be refused, with its status and the sentence that tells it. */
export const problems = {
  "bad-request": [400, "The request cannot be read."],
  "bad-host": [403, "This address is not one at which Sightline is served."],
  "bad-origin": [403, "Requests from other sites are not answered."],
  "access-code-needed": [401, "An access code is needed."],
  "access-code-wrong": [401, "The access code is wrong."],
  "foreign-room": [403, "The room is not the caller's own."],
  "foreign-identity": [403, "The identity is not the caller's own."],
  "foreign-room-config": [403, "The room can only be configured for Sightline's own agent."],
  "metrics-refused": [403, "Metrics are for the operator."],
  "not-found": [404, "There is nothing here."],
  "too-large": [413, "The request is too large."],
  "unsupported-media-type": [415, "This kind of content is not understood."],
  "bad-picture": [422, "The picture cannot be used."],
  "too-many-requests": [429, "Too many requests; wait a little."],
  "headers-too-large": [431, "The request's head is too large."],
  timeout: [408, "The request took too long to arrive."],
  internal: [500, "Something went wrong here."],
  "bad-gateway": [502, "The LiveKit server cannot be reached."],
  "livekit-unavailable": [503, "Calls are not possible: no LiveKit server is configured."],
  "ledger-unavailable": [503, "The privacy ledger cannot be read now."],
  "page-not-built": [503, "The page is not built; run make page."],
  busy: [503, "Too many questions are being answered; try again in a moment."],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** A refusal, thrown by a route and answered as problem+json. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  /** Seconds; undefined: trying again later would change nothing. */
  readonly retryAfterS: number | undefined;
  /** One more sentence for the caller, made here and free of what they sent. */
  readonly detail: string | undefined;

  constructor(
    code: ProblemCode,
    options: { readonly retryAfterS?: number; readonly detail?: string; readonly cause?: unknown } = {},
  ) {
    super(code, { cause: options.cause });
    this.code = code;
    this.retryAfterS = options.retryAfterS;
    this.detail = options.detail;
  }
}

/** The headers of an answer that is given before, or beside, all else that adds headers. */
export const BARE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "application/problem+json; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** A whole answer as it goes over a raw socket, which is closed then. */
export function toRawProblem(code: ProblemCode, requestId: string): string {
  const body = JSON.stringify(toProblemBody(code, requestId));
  const headers = { ...BARE_HEADERS, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problems[code][0]} Refused\r\n${head.join("")}\r\n${body}`;
}

/** The body of a refusal (RFC 9457). */
export function toProblemBody(code: ProblemCode, requestId: string, detail?: string) {
  const [status, title] = problems[code];
  return {
    type: `urn:sightline:problem:${code}`,
    title,
    status,
    code,
    request_id: requestId,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Answers whatever a route or the framework threw. Nothing of a fault of our own reaches the caller. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  const { code, retryAfterS, detail } = problem;
  if (retryAfterS !== undefined) void reply.header("retry-after", String(Math.ceil(retryAfterS)));
  if (problems[code][0] === 401) void reply.header("www-authenticate", 'Bearer realm="sightline"');
  return reply
    .code(problems[code][0])
    .header("cache-control", "no-store")
    .type("application/problem+json")
    .send(toProblemBody(code, request.id, detail));
}

/** Translates the framework's own errors by their status. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  if (status >= 500 || status < 400) return new Problem("internal", { cause: error });
  if (status === 413) return new Problem("too-large");
  if (status === 415) return new Problem("unsupported-media-type");
  if (status === 404) return new Problem("not-found");
  return new Problem(status === 408 ? "timeout" : "bad-request");
}
