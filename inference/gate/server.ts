import { createHash } from "node:crypto";
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { GateMetrics } from "./metrics.ts";
import type { JudgeMode } from "./judge.ts";
import { checkJpeg, MAX_BYTES, PictureError } from "./picture.ts";

/** A body must have arrived whole by then. */
const REQUEST_TIMEOUT_MS = 5000;
const CLIENT_NAME = /^[\w.:-]{1,64}$/;

/** The gate's HTTP face: `POST /v1/judge`, `GET /health`, `GET /metrics`. */
export function createServer(gatekeeper: Gatekeeper, metrics: GateMetrics): FastifyInstance {
  const server = fastify({
    bodyLimit: MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 1000 },
    forceCloseConnections: true,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  server.post("/v1/judge", async (request, reply) => {
    const client = toClient(request);
    const mode = toMode(request);
    const bytes = request.body;
    if (!(bytes instanceof Uint8Array))
      throw new PictureError(400, "not-a-jpeg", "no body; expected image/jpeg");
    const { width, height } = checkJpeg(bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const judgement = await gatekeeper.judge(bytes, { client, mode, signal: toSignal(reply) });
    metrics.judged(judgement, judgement.ms);
    return { width, height, ...judgement, sha256 };
  });

  server.get("/health", async (_request, reply) => {
    const state = gatekeeper.state();
    return reply.code(state.state === "ready" ? 200 : 503).send(state);
  });

  server.get("/metrics", async (_request, reply) =>
    reply.header("content-type", metrics.contentType).send(await metrics.expose()),
  );

  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: { code: "not-found", message: "no such route" } }),
  );
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const { status, code, message } = toAnswer(error);
    metrics.rejected(code);
    return reply.code(status).send({ error: { code, message } });
  });
  return server;
}

/** A bad header is the caller's fault. */
class HeaderError extends Error {
  override readonly name = "HeaderError";
}

function toAnswer(error: FastifyError | PictureError | HeaderError): {
  readonly status: number;
  readonly code: string;
  readonly message: string;
} {
  if (error instanceof PictureError) return error;
  if (error instanceof HeaderError) return { status: 400, code: "bad-header", message: error.message };
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return { status: 413, code: "too-large", message: `the body is larger than ${MAX_BYTES} bytes` };
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  return status < 500
    ? { status, code: "bad-request", message: "the request cannot be read" }
    : { status: 500, code: "internal", message: "the picture was not judged" };
}

/** Without the header every request is a client of its own. */
function toClient(request: FastifyRequest): string {
  const name = request.headers["x-gate-client"];
  if (name === undefined) return `anonymous ${request.id}`;
  if (typeof name !== "string" || !CLIENT_NAME.test(name))
    throw new HeaderError("x-gate-client is not usable; expected 1 to 64 letters, digits or . _ : -");
  return name;
}

function toMode(request: FastifyRequest): JudgeMode {
  const mode = request.headers["x-gate-mode"] ?? "stream";
  if (mode !== "stream" && mode !== "photo")
    throw new HeaderError("x-gate-mode is not usable; expected stream or photo");
  return mode;
}

/** Aborts when the caller hangs up before its answer. */
function toSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
