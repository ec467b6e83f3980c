import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import type { Engine } from "./engine.ts";
import { randomHex, sendBody, sendJson } from "./head.ts";
import type { Lifecycle } from "./lifecycle.ts";

const GUARDED = /^\/(v1|v2|inference|cohere)(\/|$)/;
const VERSION = "0.32.0";

/** Adds everything but chat: key check, models, health, version, load, metrics, 404 and 405. */
export function addSystemRoutes(app: FastifyInstance, engine: Engine, lifecycle: Lifecycle): void {
  const { settings } = engine;
  const startedSeconds = Math.floor(Date.now() / 1000);
  const permissionId = `modelperm-${randomHex().slice(0, 16)}`;

  app.addHook("onRequest", (request, reply, done) => {
    if (settings.apiKey === undefined || !GUARDED.test(request.raw.url ?? "")) return done();
    if (request.headers.authorization === `Bearer ${settings.apiKey}`) return done();
    json(request, reply, 401, '{"error":"Unauthorized"}', { vary: false });
  });
  const status = () => (lifecycle.healthy ? 200 : 503);
  app.get("/health", { exposeHeadRoute: false }, (request, reply) => empty(request, reply, status()));
  app.get("/ping", { exposeHeadRoute: false }, (request, reply) => empty(request, reply, status()));
  app.post("/ping", (request, reply) => empty(request, reply, status()));
  app.get("/version", { exposeHeadRoute: false }, (request, reply) =>
    json(request, reply, 200, JSON.stringify({ version: VERSION })),
  );
  app.get("/load", { exposeHeadRoute: false }, (request, reply) =>
    json(request, reply, 200, JSON.stringify({ server_load: lifecycle.openAnswers })),
  );
  app.get("/metrics", { exposeHeadRoute: false }, (request, reply) => {
    reply.hijack();
    const type = "text/plain; version=1.0.0; charset=utf-8";
    sendBody(request.raw, reply.raw, 200, { text: engine.metrics.text(), type }, { requestId: id(request) });
  });
  app.get("/v1/models", { exposeHeadRoute: false }, (request, reply) => {
    const permission = {
      id: permissionId,
      object: "model_permission",
      created: startedSeconds,
      allow_create_engine: false,
      allow_sampling: true,
      allow_logprobs: true,
      allow_search_indices: false,
      allow_view: true,
      allow_fine_tuning: false,
      organization: "*",
      group: null,
      is_blocking: false,
    };
    const model = {
      id: settings.model,
      object: "model",
      created: startedSeconds,
      owned_by: "vllm",
      root: "simulator",
      parent: null,
      max_model_len: settings.maxModelLen,
      permission: [permission],
    };
    json(request, reply, 200, JSON.stringify({ object: "list", data: [model] }));
  });
  app.setNotFoundHandler((request, reply) => {
    const allow = methods[request.url.split("?")[0] ?? ""];
    if (allow === undefined) json(request, reply, 404, '{"detail":"Not Found"}');
    else json(request, reply, 405, '{"detail":"Method Not Allowed"}', { extra: ["allow", allow] });
  });
  app.setErrorHandler((error, request, reply) => {
    const code = (error as { statusCode?: number }).statusCode ?? 500;
    const message = error instanceof Error ? error.message : "Internal server error";
    json(
      request,
      reply,
      code,
      new ApiError(code, code < 500 ? "Bad Request" : "InternalServerError", message).toJson(),
    );
  });

  function id(request: FastifyRequest): string {
    const given = request.headers["x-request-id"];
    return settings.requestIdHeaders ? (typeof given === "string" ? given : randomHex()) : "";
  }
  function empty(request: FastifyRequest, reply: FastifyReply, code: number): void {
    reply.hijack();
    sendBody(request.raw, reply.raw, code, { text: "", type: undefined }, { requestId: id(request) });
  }
  function json(
    request: FastifyRequest,
    reply: FastifyReply,
    code: number,
    text: string,
    options: { readonly vary?: boolean; readonly extra?: readonly string[] } = {},
  ): void {
    reply.hijack();
    sendJson(request.raw, reply.raw, code, text, { requestId: id(request), ...options });
  }
}

/** The method of each path, for a wrong one. */
const methods: Readonly<Record<string, string>> = {
  "/health": "GET",
  "/ping": "GET, POST",
  "/version": "GET",
  "/load": "GET",
  "/metrics": "GET",
  "/v1/models": "GET",
  "/v1/chat/completions": "POST",
};
