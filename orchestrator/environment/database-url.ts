import { z } from "zod";
import { text } from "./schemas.ts";

const TLS = ["disable", "require", "verify-ca", "verify-full"] as const;
const KNOWN = new Set(["sslmode", "sslrootcert"]);

/** Where a PostgreSQL is, and how its certificate is checked: the words of libpq. */
export interface DatabaseUrl {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: (typeof TLS)[number];
  /** Authorities, PEM; undefined: those that Node knows. */
  readonly caFile: string | undefined;
}

/**
 * An address of PostgreSQL; undefined when it is none that is understood whole. Nothing that weakens it by
 * itself: `prefer` and `allow` are not taken, and without `sslmode` only a server on this machine has no TLS.
 */
function toDatabaseUrl(value: string): DatabaseUrl | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !["postgres:", "postgresql:"].includes(url.protocol) || url.hash !== "") return undefined;
  const names = [...url.searchParams.keys()];
  if (names.some((name) => !KNOWN.has(name)) || new Set(names).size < names.length) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isHere = /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
  const mode = url.searchParams.get("sslmode") ?? (isHere ? "disable" : "verify-full");
  const tls = TLS.find((known) => known === mode);
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (!host || !user || !password || !database || !tls) return undefined;
  const caFile = url.searchParams.get("sslrootcert") || undefined;
  return { host, port: Number(url.port || 5432), user, password, database, tls, caFile };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

export const databaseUrl = {
  schema: text
    .transform(toDatabaseUrl)
    .pipe(z.custom<DatabaseUrl>((url) => url !== undefined))
    .optional(),
  expected: `postgres://USER:PASSWORD@HOST:PORT/DATABASE with ?sslmode= one of ${TLS.join(", ")} and &sslrootcert=FILE or neither; what is no letter or digit in the password percent-encoded`,
  secret: true,
} as const;
