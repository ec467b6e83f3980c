import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Problem } from "./problem.ts";

/** Requests that one address may make. */
export interface RateLimits {
  /** Any request to the API, per minute. */
  readonly requestsPerMinute: number;
  /** Tokens, per minute. */
  readonly tokensPerMinute: number;
  /** Typed questions, per minute. */
  readonly questionsPerMinute: number;
}

export const DEFAULT_LIMITS: RateLimits = {
  requestsPerMinute: 600,
  tokensPerMinute: 30,
  questionsPerMinute: 30,
};

/** Wrong codes in a row until an address has to wait, as security.md S5 has it for passwords. */
const WRONG_CODES = 5;
const WRONG_CODES_WINDOW_S = 15 * 60;
const FIRST_WAIT_S = 30;
const LONGEST_WAIT_S = 60 * 60;
const STRIKES_WINDOW_S = 24 * 60 * 60;

/** Counts requests by address. Every function throws `too-many-requests` when there were too many. */
export interface Limiter {
  request(address: string): Promise<void>;
  token(address: string): Promise<void>;
  question(address: string): Promise<void>;
  /** Before a code is compared. */
  mayTryCode(address: string): Promise<void>;
  /** The wait doubles with every further five. */
  wrongCode(address: string): Promise<void>;
  rightCode(address: string): Promise<void>;
}

/** Creates counters in memory. */
export function createLimiter(limits: RateLimits): Limiter {
  const perMinute = (points: number) => new RateLimiterMemory({ points, duration: 60 });
  const requests = perMinute(limits.requestsPerMinute);
  const tokens = perMinute(limits.tokensPerMinute);
  const questions = perMinute(limits.questionsPerMinute);
  const wrong = new RateLimiterMemory({ points: WRONG_CODES, duration: WRONG_CODES_WINDOW_S });
  const strikes = new RateLimiterMemory({ points: 1, duration: STRIKES_WINDOW_S });

  return {
    request: (address) => consume(requests, address),
    token: (address) => consume(tokens, address),
    question: (address) => consume(questions, address),
    async mayTryCode(address) {
      const state = await wrong.get(toKey(address));
      if (state && state.consumedPoints >= WRONG_CODES) throw tooMany(state);
    },
    async wrongCode(address) {
      const key = toKey(address);
      const { consumedPoints } = await wrong.penalty(key);
      if (consumedPoints < WRONG_CODES) return;
      const strike = await strikes.penalty(key);
      await wrong.block(key, Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (strike.consumedPoints - 1)));
    },
    async rightCode(address) {
      await wrong.delete(toKey(address));
    },
  };
}

async function consume(limiter: RateLimiterMemory, address: string): Promise<void> {
  try {
    await limiter.consume(toKey(address));
  } catch (error) {
    throw error instanceof RateLimiterRes ? tooMany(error) : error;
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): Problem {
  return new Problem("too-many-requests", { retryAfterS: Math.max(1, Math.ceil(msBeforeNext / 1000)) });
}

/** Whoever has one IPv6 address has the other 2^64 of its network too. */
function toKey(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const front = head.split(":").filter(Boolean);
  const back = (tail ?? "").split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  return [...front, ...Array.from({ length: zeros }, () => "0"), ...back].slice(0, 4).join(":");
}
