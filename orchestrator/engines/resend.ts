import type { EngineError } from "../errors.ts";
import { CACHE_MISS, HttpFault } from "./http-fault.ts";

/** What is known when a request failed before it gave a token. */
export interface FailedRequest {
  readonly fault: EngineError;
  /** Some pictures were sent by their id alone. */
  readonly usedPictureIds: boolean;
  /** What is left of the first-token deadline, in milliseconds. */
  readonly leftMs: number;
  readonly firstTokenMs: number;
}

/** Ask once more, with the bytes of every picture, after a wait. */
export interface Resend {
  readonly afterMs: number;
}

/** A server that was overtaken by its shutdown needs a moment; a balancer has another one then. */
export const RETRY_DELAY_MS = 50;

/** A retry pays only while most of the deadline is left (reliability reference, F9). */
const MIN_SHARE_LEFT = 0.6;

/**
 * Decides whether a failed request is sent once more. A picture id that the server does not know costs
 * one resend with bytes (F34); a server that is down, busy or draining one retry, if time permits (F9).
 */
export function planResend(failed: FailedRequest): Resend | undefined {
  const { fault, usedPictureIds, leftMs, firstTokenMs } = failed;
  if (leftMs <= 0) return undefined;
  if (usedPictureIds && isAboutPictureIds(fault)) return { afterMs: 0 };
  if (!fault.retryable || !isPassing(fault)) return undefined;
  if (leftMs < MIN_SHARE_LEFT * firstTokenMs) return undefined;
  const asked = fault instanceof HttpFault ? fault.retryAfterMs : undefined;
  if (asked !== undefined && asked >= leftMs) return undefined;
  return { afterMs: asked ?? RETRY_DELAY_MS };
}

/**
 * Whether a request that named pictures by their id may have failed for that: the miss itself, drift
 * between the server's caches, or a server that does not know such requests.
 */
export function isAboutPictureIds({ code }: EngineError): boolean {
  return code === CACHE_MISS || ID_FAULTS.has(code);
}

const ID_FAULTS = new Set(["http-400", "http-422", "http-500", "midstream-error"]);

function isPassing({ category, code }: EngineError): boolean {
  if (category === "at-capacity" || category === "connectivity") return true;
  return category === "server" && (PASSING.has(code) || /^http-5\d\d$/u.test(code));
}

/** What a server does that drains or whose engine died, and that another replica would not do. */
const PASSING = new Set(["abort", "done-without-finish", "midstream-error"]);
