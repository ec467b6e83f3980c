import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { cookieOf, createCallerCookies, isEqual, type CallerIdentity } from "./caller-cookie.ts";
import type { Limiter } from "./limits.ts";
import { Problem } from "./problem.ts";

export interface CallersOptions {
  /** Names of callers and grants are signed with a key derived from it. */
  readonly secret: string | Uint8Array;
  readonly accessCode: string | undefined;
  /** A caller who does not come back for so long is a new one, in milliseconds. */
  readonly lifeMs: number;
  /** The cookie is sent over HTTPS only. */
  readonly secure: boolean;
}

/** Who a request is from. There are no accounts: a browser is a caller. */
export interface Callers {
  /** Undefined when the request brings no valid cookie. */
  known(request: FastifyRequest): CallerIdentity | undefined;
  /** Whether the request must bring the access code. */
  needsCode(request: FastifyRequest): boolean;
  /**
   * The caller, a new one if need be; the reply renews the cookie. `code`: the access code from the
   * body, when it is not in the header.
   *
   * @throws {Problem} without the access code where one is needed.
   */
  admit(request: FastifyRequest, reply: FastifyReply, code?: string): Promise<string>;
}

export function createCallers(options: CallersOptions, limiter: Limiter): Callers {
  const { accessCode, lifeMs, secure } = options;
  const cookies = createCallerCookies(options);
  // A __Host- cookie cannot be set by a neighbour's subdomain.
  const name = secure ? "__Host-sightline" : "sightline";
  const attributes = `Path=/; Max-Age=${Math.round(lifeMs / 1000)}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;

  const known = (request: FastifyRequest): CallerIdentity | undefined =>
    cookies.read(cookieOf(request.headers.cookie, name), Date.now());
  const needsCode = (request: FastifyRequest): boolean =>
    accessCode !== undefined && known(request)?.granted !== true;

  async function checkCode(request: FastifyRequest, given: string | undefined): Promise<void> {
    if (accessCode === undefined || given === undefined) throw new Problem("access-code-needed");
    await limiter.mayTryCode(request.ip);
    if (isEqual(digest(given), digest(accessCode))) return limiter.rightCode(request.ip);
    await limiter.wrongCode(request.ip);
    throw new Problem("access-code-wrong");
  }

  return {
    known,
    needsCode,
    async admit(request, reply, code) {
      if (needsCode(request)) await checkCode(request, code ?? bearerOf(request));
      const caller = known(request)?.caller ?? cookies.newCaller();
      const value = cookies.write({ caller, granted: true }, Date.now());
      void reply.header("set-cookie", `${name}=${value}; ${attributes}`);
      return caller;
    },
  };
}

/** The token of an Authorization header. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? "")?.[1]?.trim();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
