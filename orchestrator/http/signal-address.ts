import type { Sites } from "./sites.ts";

/** Where a caller's device finds the LiveKit server. */
export interface SignalAddress {
  /** Some of them find it through this server. */
  readonly proxied: boolean;
  /** For a device that reached this server by a Host header. */
  of(host: string | undefined): string;
  /** All that the page may have to connect to, besides its own origin in the same scheme. */
  connect(): readonly string[];
}

/**
 * A page on HTTPS may not use a socket without TLS: when LiveKit has no certificate, its socket goes
 * through this server. Any other page goes to LiveKit directly.
 *
 * @param publicUrl LiveKit as callers' devices reach it, `ws` or `wss`
 */
export function createSignalAddress(publicUrl: string, sites: Sites): SignalAddress {
  const isPlain = !publicUrl.startsWith("wss:");
  const isProxied = (origin: string): boolean => isPlain && origin.startsWith("https:");
  return {
    proxied: sites.all().some(isProxied),
    of(host) {
      const origin = sites.ofHost(host);
      return origin !== undefined && isProxied(origin) ? toSocket(origin) : publicUrl;
    },
    connect() {
      const origins = sites.all();
      return [
        ...origins.filter(isProxied).map(toSocket),
        ...(origins.every(isProxied) ? [] : bothSchemes(publicUrl)),
      ];
    },
  };
}

/** `https://host` → `wss://host`. */
function toSocket(origin: string): string {
  return origin.replace(/^http/, "ws");
}

/** LiveKit's client asks over HTTP why a socket was refused. */
function bothSchemes(url: string): readonly string[] {
  const { origin } = new URL(url.replace(/^ws/, "http"));
  return [toSocket(origin), origin];
}
