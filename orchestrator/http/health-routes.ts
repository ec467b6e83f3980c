import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLoopback } from "../lib/own-network.ts";
import { within } from "../lib/within.ts";
import { isEqual } from "./caller-cookie.ts";
import { bearerOf } from "./callers.ts";
import { watchLoop } from "./loop-watch.ts";
import { Problem } from "./problem.ts";

/** `degraded`: it works, with less. */
export type CheckState = "ok" | "degraded" | "failed";

export interface HealthOptions {
  /** Named parts; a check that throws or takes longer than two seconds has failed. */
  readonly checks: Readonly<Record<string, () => CheckState | Promise<CheckState>>>;
  /** The checks without which no question can be answered; that of our own event loop always is one. */
  readonly essential: readonly string[];
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Undefined: metrics are for this machine alone. */
  readonly metricsToken: string | undefined;
  /** Told of each time that a Prometheus, at this address, was given the metrics. */
  readonly onScraped?: (address: string, text: string) => void;
  /** The server is about to stop. */
  readonly draining: () => boolean;
}

const CHECK_DEADLINE_MS = 2000;
/** Only who comes again and again sends it. */
const SCRAPER_HEADER = "x-prometheus-scrape-timeout-seconds";

/** Probes and numbers for whoever runs the server: names and states, nothing about callers. */
export function addHealthRoutes(app: FastifyInstance, options: HealthOptions): void {
  const startedMs = performance.now();
  const loop = watchLoop();
  app.addHook("onClose", () => loop.close());
  const all: HealthOptions["checks"] = {
    ...options.checks,
    loop: () => (loop.isStalled() ? "failed" : "ok"),
  };
  const essential = [...options.essential, "loop"];

  async function look() {
    const named = await Promise.all(
      Object.entries(all).map(async ([name, check]) => [name, await stateOf(check)] as const),
    );
    const checks = Object.fromEntries(named);
    const states = Object.values(checks);
    const isDown = options.draining() || essential.some((name) => checks[name] === "failed");
    const status = isDown ? "unavailable" : states.every((state) => state === "ok") ? "ok" : "degraded";
    return { status, checks };
  }
  const health = async () => ({
    ...(await look()),
    uptime_s: Math.round((performance.now() - startedMs) / 1000),
  });

  app.get("/livez", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { status, checks } = await look();
    return reply.code(status === "unavailable" ? 503 : 200).send({ status, checks });
  });
  for (const path of ["/health", "/api/v1/health"])
    app.get(path, async (_request, reply) => {
      const body = await health();
      return reply.code(body.status === "unavailable" ? 503 : 200).send(body);
    });
  for (const path of ["/metrics", "/api/v1/metrics"])
    app.get(path, async (request, reply) => {
      if (!mayRead(request, options.metricsToken)) throw new Problem("metrics-refused");
      const { contentType, text } = await options.metrics();
      if (request.headers[SCRAPER_HEADER] !== undefined)
        reply.raw.once("finish", () => options.onScraped?.(request.ip, text));
      return reply.header("cache-control", "no-store").type(contentType).send(text);
    });
}

function mayRead(request: FastifyRequest, token: string | undefined): boolean {
  // the host too: a foreign name may point here, and a proxy of this machine forwards for strangers
  if (token === undefined)
    return isLoopback(request.ip.replace(/^::ffff:/, "")) && isLoopback(request.hostname);
  const given = bearerOf(request);
  return given !== undefined && isEqual(Buffer.from(given), Buffer.from(token));
}

async function stateOf(check: () => CheckState | Promise<CheckState>): Promise<CheckState> {
  return within(Promise.resolve().then(check), CHECK_DEADLINE_MS, "failed" as const).catch(() => "failed");
}
