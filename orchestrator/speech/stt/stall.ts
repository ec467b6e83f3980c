import type { Hearing } from "./hearing.ts";
import type { Link } from "./link.ts";

/** Tells whether the stream of a call is stuck, though nobody closed it. */
export interface StallWatch {
  /** True once for each stall: the stream is to be replaced. */
  isStuck(link: Link): boolean;
}

/**
 * Creates the watch of one call. A service is stuck that says nothing for two seconds of speech, or does
 * not finish words that it has begun. Sound that no service answers is no speech: after each stall
 * without a word in between, the patience doubles.
 */
export function createStallWatch(hearing: Hearing, now: () => number): StallWatch {
  let limitMs = STALL_MS;
  let stalledAtMs = 0;

  const looksStuck = ({ service, openedAtMs, heardAtMs }: Link): boolean => {
    const { answers } = service.recogniser;
    const sinceMs = Math.max(hearing.changedAtMs, openedAtMs);
    const isQuiet = now() - Math.max(sinceMs, heardAtMs) > limitMs;
    const isFed = now() - hearing.audioAtMs < STALL_MS;
    if (answers === "end") return false;
    if (hearing.isSpeaking) return isQuiet && isFed;
    if (!hearing.isOwed) return false;
    return hearing.hasInterim ? now() - sinceMs > limitMs : answers === "audio" && isQuiet && isFed;
  };

  return {
    isStuck(link) {
      if (link.heardAtMs > stalledAtMs) limitMs = STALL_MS;
      if (!looksStuck(link)) return false;
      stalledAtMs = now();
      limitMs = Math.min(limitMs * 2, LONGEST_MS);
      return true;
    },
  };
}

/** No word of the service while somebody speaks: reliability budget of a half-open recogniser. */
const STALL_MS = 2000;
const LONGEST_MS = 8000;
