import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

/** Who calls: a random name that only this browser holds. */
export interface CallerIdentity {
  /** Also the identity in the room, and whose the ledger entries are. */
  readonly caller: string;
  /** The access code was entered, and is still the same. */
  readonly granted: boolean;
}

export interface CallerCookieOptions {
  readonly secret: string | Uint8Array;
  readonly accessCode: string | undefined;
  /** Life of a cookie from its last renewal, in milliseconds. */
  readonly lifeMs: number;
}

/** Signs and reads the value of the cookie that says who calls. */
export interface CallerCookies {
  newCaller(): string;
  write(identity: CallerIdentity, nowMs: number): string;
  /** Undefined when it is missing, forged, altered or expired. */
  read(value: string | undefined, nowMs: number): CallerIdentity | undefined;
}

const CALLER = /^caller-[\w-]{22}$/;
const OPEN = "open";

/** Derives its key from the secret (HKDF-SHA256, RFC 5869). */
export function createCallerCookies({ secret, accessCode, lifeMs }: CallerCookieOptions): CallerCookies {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "sightline caller cookie 1", 32));
  const mac = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  // Another code is another grant: changing the code locks everybody out who entered the old one.
  const grant = accessCode === undefined ? OPEN : mac(`grant ${accessCode}`).toString("base64url");

  return {
    newCaller: () => `caller-${randomBytes(16).toString("base64url")}`,
    write({ caller, granted }, nowMs) {
      const text = [caller, String(nowMs + lifeMs), granted ? grant : ""].join(".");
      return `${text}.${mac(text).toString("base64url")}`;
    },
    read(value, nowMs) {
      const [caller, expires, given, signature, ...rest] = value?.split(".") ?? [];
      if (caller === undefined || signature === undefined || rest.length > 0) return undefined;
      const text = [caller, expires, given].join(".");
      if (!isEqual(mac(text), Buffer.from(signature, "base64url"))) return undefined;
      if (!CALLER.test(caller) || !(Number(expires) > nowMs)) return undefined;
      return { caller, granted: given === grant };
    },
  };
}

/** Compares in a time that does not depend on where the difference is. */
export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The value of one cookie of a Cookie header. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = header?.split(";").find((pair) => pair.trimStart().startsWith(`${name}=`));
  return found?.slice(found.indexOf("=") + 1).trim();
}
