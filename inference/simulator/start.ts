import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { handleChat } from "./chat-route.ts";
import { createEngine, type Engine } from "./engine.ts";
import { addHttpMetrics } from "./http-metrics.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import type { Settings, SimulatorOptions } from "./options.ts";
import { toSettings } from "./settings.ts";
import { addSystemRoutes } from "./system-routes.ts";

/** A running simulator. */
export interface Simulator {
  /** Such as `http://127.0.0.1:40123`, without a slash at the end; the API is below `/v1`. */
  readonly url: string;
  /** The engine is loaded; at once without `startDelayMs`. */
  readonly ready: Promise<void>;
  /** Every connection is gone, after `drain` or `close`. */
  readonly closed: Promise<void>;
  /** What SIGTERM does to a vLLM; see `shutdownTimeoutMs`. Resolves when nothing listens any more. */
  drain(): Promise<void>;
  /** The engine process dies: streams end with an error event, health with 503. */
  killEngine(): void;
  /** Forgets every preprocessed picture, as eviction does. */
  flushImages(): void;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/** How soon a connection of a closing server is gone after its last answer. */
const IDLE_MS = 10;

/**
 * Starts the stand-in for vLLM.
 *
 * @throws {RangeError} when the options contradict each other; the listener's own error when the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = toSettings(options);
  const engine = createEngine(settings);
  const lifecycle = createLifecycle({ ...settings, stop: () => engine.scheduler.stop() });
  const loading = { over: settings.startDelayMs === 0 };
  const app = createApp(settings, engine, lifecycle, () => loading.over);
  const refuse = !loading.over && settings.whileLoading === "refuse";
  const port = refuse && settings.port === 0 ? await findFreePort(settings.host) : settings.port;
  const listen = () => app.listen({ host: settings.host, port });
  void lifecycle.dead.then(() => {
    app.server.close();
    app.server.closeAllConnections();
  });
  const closed = new Promise<void>((resolve) => void app.server.once("close", resolve));
  let ready = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  if (!refuse) await listen();
  if (!loading.over)
    ready = new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        loading.over = true;
        if (refuse) listen().then(() => resolve(), reject);
        else resolve();
      }, settings.startDelayMs);
    });
  // whoever waits for it sees the fault; nobody has to
  ready.catch(() => undefined);
  const bound = refuse ? port : (app.server.address() as AddressInfo).port;
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;

  return {
    url: `http://${host}:${bound}`,
    ready,
    closed,
    async drain() {
      await lifecycle.drain();
      app.server.close();
      // One that was busy just now is kept for its next request otherwise, and the server with it.
      const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_MS);
      app.server.once("close", () => clearInterval(idle));
    },
    killEngine: () => lifecycle.kill(),
    flushImages: () => engine.pictures.flush(),
    async close() {
      clearTimeout(timer);
      engine.scheduler.stop();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

function createApp(
  settings: Settings,
  engine: Engine,
  lifecycle: Lifecycle,
  isLoaded: () => boolean,
): FastifyInstance {
  const app = fastify({
    bodyLimit: settings.bodyLimitBytes,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  app.server.keepAliveTimeoutBuffer = 0;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", (_request, reply, done) => {
    if (isLoaded()) return done();
    void reply.code(503).send();
  });
  addHttpMetrics(app, engine.metrics.exposition);
  addSystemRoutes(app, engine, lifecycle);
  app.post("/v1/chat/completions", (request, reply) => {
    reply.hijack();
    const raw = { request: request.raw, response: reply.raw };
    void handleChat(engine, lifecycle, raw, typeof request.body === "string" ? request.body : "");
  });
  return app;
}

async function findFreePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
