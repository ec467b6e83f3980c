import type { Logger } from "../log.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { createServer } from "./server.ts";

export interface ProbesOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Whether work can be taken now. */
  readonly isReady: () => boolean;
  /** Whether the program is about to end. */
  readonly isDraining: () => boolean;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Undefined: the metrics are for this machine alone. */
  readonly metricsToken: string | undefined;
  readonly log: Logger;
}

/** Serves `/livez`, `/readyz` and `/metrics` of a program that has no other pages. @throws the listener's own error */
export async function startProbes(
  options: ProbesOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = createServer({ tls: undefined, log: options.log, trustedProxies: [] });
  addHealthRoutes(app, {
    checks: { work: () => (options.isReady() ? "ok" : "failed") },
    essential: ["work"],
    metrics: options.metrics,
    metricsToken: options.metricsToken,
    draining: options.isDraining,
  });
  const url = await app.listen({ host: options.host, port: options.port });
  return {
    url,
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
