import type { FastifyInstance } from "fastify";
import type { IncomingHttpHeaders } from "node:http";
import type { Limiter } from "./limits.ts";
import { Problem, type ProblemCode } from "./problem.ts";
import type { Sites } from "./sites.ts";

/** Whether this server answers a request to its API at all: by rate, host and origin. */
export function guardApi(
  app: FastifyInstance,
  { sites, limiter }: { readonly sites: Sites; readonly limiter: Limiter },
): void {
  app.addHook("onRequest", async (request) => {
    if (OPERATOR_ROUTES.has(request.routeOptions.url)) return;
    await limiter.request(request.ip);
    // by the route, not the address: `/%61pi` is the API too
    const api = request.routeOptions.url?.startsWith("/api/") === true;
    const fault = siteFault(request.headers, sites, { api });
    if (fault) throw new Problem(fault);
  });
}

/**
 * What is wrong with where a request comes from. The host is checked because a foreign name can be made
 * to point here (DNS rebinding); a page may be linked to from anywhere, the API is for our page alone.
 */
export function siteFault(
  headers: IncomingHttpHeaders,
  sites: Sites,
  { api }: { readonly api: boolean },
): ProblemCode | undefined {
  if (sites.ofHost(headers.host) === undefined) return "bad-host";
  const { origin } = headers;
  if (origin !== undefined && !sites.hasOrigin(origin)) return "bad-origin";
  const from = headers["sec-fetch-site"];
  return api && from !== undefined && from !== "same-origin" && from !== "none" ? "bad-origin" : undefined;
}

/** Whoever runs the server asks by addresses that we do not know, and is told states alone; metrics have a check of their own. */
const OPERATOR_ROUTES: ReadonlySet<string | undefined> = new Set([
  "/livez",
  "/readyz",
  "/health",
  "/metrics",
]);
