import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

export interface SecurityHeaderOptions {
  /** Served over HTTPS. */
  readonly secure: boolean;
  /** Besides the page's own: origins that its script may connect to, such as `wss://calls.example.org`. */
  readonly connect: () => readonly string[];
}

/** ASVS 5.0.0 V3.4.1: at least a year. */
const HSTS_S = 365 * 24 * 60 * 60;

/** Adds the headers that keep a browser from doing more for the page than it needs, to every answer. */
export async function addSecurityHeaders(
  app: FastifyInstance,
  { secure, connect }: SecurityHeaderOptions,
): Promise<void> {
  app.addHook("onRequest", (_request, reply, done) => {
    void reply.header(
      "permissions-policy",
      "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), autoplay=(self), geolocation=(), payment=(), usb=(), browsing-topics=()",
    );
    done();
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'self'"],
        "connect-src": ["'self'", () => connect().join(" ")],
        "img-src": ["'self'", "blob:", "data:"],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: HSTS_S, includeSubDomains: false } : false,
    referrerPolicy: { policy: "no-referrer" },
    frameguard: { action: "deny" },
    // no resource of the page may be read by another site's page, and none of its windows by ours
    crossOriginResourcePolicy: { policy: "same-origin" },
    crossOriginOpenerPolicy: { policy: "same-origin" },
  });
}
