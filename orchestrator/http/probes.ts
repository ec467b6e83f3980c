import type { Logger } from "../log.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { createScrapers } from "./scrapers.ts";
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

export interface Probes {
  readonly url: string;
  /** Ends when nothing is counted any more: only once everybody who scrapes has the last counts, or comes no more. */
  close(): Promise<void>;
}

/** Serves `/livez`, `/readyz` and `/metrics` at a port of their own. @throws the listener's own error */
export async function startProbes(options: ProbesOptions): Promise<Probes> {
  const scrapers = createScrapers();
  const app = createServer({ tls: undefined, log: options.log, trustedProxies: [] });
  addHealthRoutes(app, {
    checks: { work: () => (options.isReady() ? "ok" : "failed") },
    essential: ["work"],
    metrics: options.metrics,
    metricsToken: options.metricsToken,
    onScraped: (address, text) => scrapers.gave(address, text),
    draining: options.isDraining,
  });
  const url = await app.listen({ host: options.host, port: options.port }).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  return {
    url,
    async close() {
      await scrapers.haveAll((await options.metrics()).text);
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
