import { ConfigError } from "../errors.ts";
import { isLoopback } from "../lib/own-network.ts";

export interface SitesOptions {
  /** Address that the server is bound to. */
  readonly host: string;
  /** Undefined: loopback at the port. */
  readonly publicOrigins: readonly string[] | undefined;
  readonly accessCode: string | undefined;
  readonly tls: boolean;
}

/** The origins at which the page is served; every request must name one of them. */
export interface Sites {
  /** The origin that a Host header stands for; undefined: none of ours, as after DNS rebinding. */
  ofHost(host: string | undefined): string | undefined;
  /** Whether an Origin header is one of ours. */
  hasOrigin(origin: string): boolean;
  all(): readonly string[];
}

/**
 * Makes them; `port` is asked when the server listens.
 *
 * @throws {ConfigError} when somebody else could reach the page and no access code is set.
 */
export function createSites(options: SitesOptions, port: () => number): Sites {
  const { publicOrigins } = options;
  const origins = publicOrigins?.map((origin) => new URL(origin).origin);
  const isOpen = isLoopback(options.host) && (origins ?? []).every((o) => isLoopback(new URL(o).hostname));
  if (!isOpen && options.accessCode === undefined) {
    throw new ConfigError([
      "ACCESS_CODE: not set; expected one, because HOST or PUBLIC_ORIGINS lets others than this machine call",
    ]);
  }
  const scheme = options.tls ? "https" : "http";
  const own = (): readonly string[] =>
    ["127.0.0.1", "localhost", "[::1]"].map((name) => new URL(`${scheme}://${name}:${port()}`).origin);
  const all = (): readonly string[] => origins ?? own();
  return {
    ofHost: (host) =>
      host === undefined || !/^[\w.:[\]-]+$/.test(host)
        ? undefined
        : all().find((origin) => hostOf(`${new URL(origin).protocol}//${host}`) === new URL(origin).host),
    hasOrigin: (origin) => all().includes(origin),
    all,
  };
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
