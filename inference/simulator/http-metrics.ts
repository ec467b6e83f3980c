import type { FastifyInstance } from "fastify";
import type { Exposition, Observed } from "./exposition.ts";
import { sentLength } from "./head.ts";

const UNCOUNTED = new Set(["/metrics", "/health", "/load", "/ping", "/version", "/server_info"]);
const FINE = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60,
];
const COARSE = [0.1, 0.5, 1];

/** The HTTP metrics of vLLM's server (prometheus-fastapi-instrumentator), without its probes' paths. */
export function addHttpMetrics(app: FastifyInstance, metrics: Exposition): void {
  const made = new Map<string, { add(amount: number): void } & Observed>();
  const once = (key: string, make: () => Partial<{ add(amount: number): void } & Observed>) => {
    const nothing = { add: () => undefined, observe: () => undefined };
    const known = made.get(key) ?? { ...nothing, ...make() };
    made.set(key, known);
    return known;
  };
  const fine = metrics.histogram(
    "http_request_duration_highr_seconds",
    "Latency with many buckets but no API specific labels. Made for more accurate percentile calculations. ",
    {},
    FINE,
  );

  app.addHook("onResponse", (request, reply, done) => {
    const handler = request.is404 ? "none" : (request.routeOptions.url ?? "none");
    if (!UNCOUNTED.has(handler)) {
      const { method } = request;
      const seconds = reply.elapsedTime / 1000;
      const status = `${Math.floor(reply.raw.statusCode / 100)}xx`;
      once(`total ${handler} ${method} ${status}`, () =>
        metrics.counter("http_requests", "Total number of requests by method, status and handler.", {
          handler,
          method,
          status,
        }),
      ).add(1);
      const sizes = "Only value of header is respected. Otherwise ignored. No percentile calculated. ";
      once(`in ${handler}`, () =>
        metrics.summary(
          "http_request_size_bytes",
          `Content length of incoming requests by handler. ${sizes}`,
          { handler },
        ),
      ).observe(Number(request.headers["content-length"] ?? 0));
      once(`out ${handler}`, () =>
        metrics.summary(
          "http_response_size_bytes",
          `Content length of outgoing responses by handler. ${sizes}`,
          { handler },
        ),
      ).observe(sentLength(reply.raw));
      fine.observe(seconds);
      once(`time ${handler} ${method}`, () =>
        metrics.histogram(
          "http_request_duration_seconds",
          "Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ",
          { handler, method },
          COARSE,
        ),
      ).observe(seconds);
    }
    done();
  });
}
