import type { AddressInfo } from "node:net";
import type { Logger } from "../log.ts";
import type { LedgerStore } from "../store/store.ts";
import { addAskRoute } from "./ask-route.ts";
import type { Ask } from "./ask.ts";
import { addAccessRoute } from "./access-route.ts";
import { createCallers } from "./callers.ts";
import { guardApi, siteFault } from "./guard.ts";
import { createEnding } from "./ending.ts";
import { addHealthRoutes, type HealthOptions } from "./health-routes.ts";
import { addLedgerRoutes } from "./ledger-routes.ts";
import { createLimiter, DEFAULT_LIMITS, type RateLimits } from "./limits.ts";
import { addPage } from "./page.ts";
import { redirectPlainHttp } from "./plain-http.ts";
import { createRooms } from "./rooms.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import { createServer, type TlsFiles } from "./server.ts";
import { createSignalAddress } from "./signal-address.ts";
import { addSignalProxy } from "./signal-proxy.ts";
import { createSites } from "./sites.ts";
import { watchUnusedSockets } from "./unused-sockets.ts";
import { addTokenRoute, type TokenSource } from "./token-route.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export interface GatewayOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Origins at which the page is reached; undefined: loopback at the port. */
  readonly publicOrigins: readonly string[] | undefined;
  /** Undefined: whoever can reach the page may call. */
  readonly accessCode: string | undefined;
  /** Addresses of reverse proxies whose word on a caller's address is taken; default: none. */
  readonly trustedProxies?: readonly string[];
  readonly tls: TlsFiles | undefined;
  /** How long answers and the signalling of calls go on after `close`. */
  readonly drainMs: number;
  /** Signs cookies and room names; the same after a restart, so that callers stay themselves. */
  readonly secret: string | Uint8Array;
  /** Folder of the built page, absolute. */
  readonly pageDir: string;
  /** Undefined: questions can only be typed. */
  readonly livekit: LivekitOptions | undefined;
  readonly ask: Ask;
  readonly ledger: LedgerStore;
  /** Callers who do not come back for so long are forgotten, as their entries are. */
  readonly retentionDays: number;
  readonly about: PageFacts;
  readonly health: Omit<HealthOptions, "draining">;
  readonly log: Logger;
  readonly limits?: Partial<RateLimits>;
}

export interface LivekitOptions extends TokenSource {
  /** Whether the server answers now; default: it is taken for granted. */
  isReachable?(): Promise<boolean>;
  /** As this process reaches it. */
  readonly url: string;
  /** As a caller's device reaches it; over HTTPS, an address without TLS is reached through this server. */
  readonly publicUrl: string;
}

/** What the page must know before a call. */
export interface PageFacts {
  readonly version: string;
  /** BCP 47 tag of what the assistant says. */
  readonly language: string;
  /** The first speech service that hears, by name; null: questions are typed. */
  readonly speech: { readonly ear: string | null };
}

export interface Gateway {
  /** Resolves with the page's address once it answers. @throws the listener's own error */
  listen(): Promise<string>;
  /** Bound port. */
  port(): number;
  /**
   * Stops: unready at once, no new connections. Running answers and the signalling of calls go on until
   * they end, for `drainMs` at most; callers whose signalling is left then are told to come back.
   *
   * @param onFreed told when another can listen at the port
   */
  close(onFreed?: () => void): Promise<void>;
  /** What still runs ends now, whether it was asked to stop before or will be. */
  hurry(): void;
}

/**
 * The gateway: page, tokens, ledger, typed questions, health.
 *
 * @throws {ConfigError} when others than this machine could reach it and there is no access code.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { livekit, log, tls } = options;
  const app = createServer({ tls, log, trustedProxies: options.trustedProxies ?? [] });
  const port = (): number => (app.server.address() as AddressInfo | null)?.port ?? options.port;
  const sites = createSites({ ...options, tls: tls !== undefined }, port);
  if (tls) redirectPlainHttp(app, (host) => sites.ofHost(host));
  const unused = watchUnusedSockets(app.server);
  const secure = tls !== undefined || isSecure(options.publicOrigins);
  const limiter = createLimiter({ ...DEFAULT_LIMITS, ...options.limits });
  const callers = createCallers({ ...options, secure, lifeMs: options.retentionDays * DAY_MS }, limiter);
  const cutting = new AbortController();
  let draining = false;
  const health = { ...options.health, draining: () => draining };
  const signal = livekit && createSignalAddress(livekit.publicUrl, sites);

  await addSecurityHeaders(app, { secure, connect: () => signal?.connect() ?? [] });
  guardApi(app, { sites, limiter });
  addHealthRoutes(app, health);
  app.get("/api/v1/config", async (request, reply) => {
    void reply.header("cache-control", "no-store");
    return {
      livekit: { available: livekit !== undefined && ((await livekit.isReachable?.()) ?? true) },
      accessCodeNeeded: callers.needsCode(request),
      ...options.about,
    };
  });
  addAccessRoute(app, callers);
  addTokenRoute(app, {
    tokens: livekit,
    callers,
    limiter,
    rooms: createRooms(options.secret),
    serverUrl: ({ headers }) => signal?.of(headers.host) ?? "",
  });
  addLedgerRoutes(app, { ledger: options.ledger, callers });
  await addAskRoute(app, { ask: options.ask, callers, limiter, cutting: cutting.signal, log });
  const fault = (headers: Parameters<typeof siteFault>[0]) => siteFault(headers, sites, { api: true });
  const proxy = livekit && signal?.proxied && addSignalProxy(app, { target: livekit.url, fault, log });
  if (proxy) app.server.on("upgrade", unused.used);
  await addPage(app, options.pageDir);
  const ending = createEnding({
    app,
    unused,
    drainMs: options.drainMs,
    cut() {
      cutting.abort();
      if (proxy) proxy.sayGoodbye();
    },
  });

  return {
    port,
    async listen() {
      await app.listen({ host: options.host, port: options.port });
      return sites.all()[0] ?? "";
    },
    close(onFreed) {
      draining = true;
      return ending.begin(onFreed);
    },
    hurry: () => ending.hurry(),
  };
}

function isSecure(origins: readonly string[] | undefined): boolean {
  return origins !== undefined && origins.every((origin) => origin.startsWith("https:"));
}
