import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { InputError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { FORM_LIMIT_BYTES, fromForm, fromJson, JSON_LIMIT_BYTES } from "./ask-body.ts";
import type { Ask, AskEvent } from "./ask.ts";
import type { Callers } from "./callers.ts";
import type { Limiter } from "./limits.ts";
import { Problem } from "./problem.ts";
import { setJsonLimit } from "./server.ts";
import { openEventStream, type EventStream } from "./event-stream.ts";

/** Questions that are read or answered at once: each may hold a photo of 32 MiB. */
const MOST_AT_ONCE = 8;
const RETRY_AFTER_S = 5;

export interface AskRouteOptions {
  readonly ask: Ask;
  readonly callers: Callers;
  readonly limiter: Limiter;
  /** Aborts when the server cannot wait for answers any longer. */
  readonly cutting: AbortSignal;
  readonly log: Logger;
}

/** `POST /api/v1/ask`: a typed question, with a picture or without, answered as server-sent events. */
export async function addAskRoute(app: FastifyInstance, options: AskRouteOptions): Promise<void> {
  const { callers, limiter } = options;
  const asking = new Map<FastifyRequest, string>();

  await app.register(async (scope) => {
    setJsonLimit(scope, JSON_LIMIT_BYTES);
    scope.addContentTypeParser(
      "multipart/form-data",
      { parseAs: "buffer", bodyLimit: FORM_LIMIT_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.post("/api/v1/ask", {
      // before the body is read: strangers upload nothing
      async onRequest(request, reply) {
        await limiter.question(request.ip);
        const caller = await callers.admit(request, reply);
        if (asking.size >= MOST_AT_ONCE) throw new Problem("busy", { retryAfterS: RETRY_AFTER_S });
        asking.set(request, caller);
        reply.raw.once("close", () => asking.delete(request));
      },
      handler: (request, reply) => answer(request, reply, asking.get(request) ?? "", options),
    });
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: string,
  { ask, cutting, log }: AskRouteOptions,
): Promise<FastifyReply> {
  const { body } = request;
  let stream: EventStream | undefined;
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const asked =
    body instanceof Uint8Array ? await fromForm(body, request.headers["content-type"] ?? "") : fromJson(body);
  const signal = AbortSignal.any([gone.signal, cutting]);
  const send = ({ type, ...data }: AskEvent): void => {
    stream ??= openEventStream(reply);
    stream.send(type, data);
  };
  try {
    await ask({ caller, ...asked }, signal, send);
  } catch (error) {
    if (!stream)
      throw error instanceof InputError ? new Problem("bad-picture", { detail: error.message }) : error;
    if (!signal.aborted) log.error({ requestId: request.id, fault: nameOf(error) }, "question failed");
    stream.send("error", { code: "internal", request_id: request.id });
  }
  stream?.end();
  return reply;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
