import { plainWords } from "./echo.ts";

/** A service that is stuck is replaced after eight seconds at most, and the next one hears it all again. */
const AGAIN_MS = 10_000;

/** Words that were taken as they stood, because no final came for them in time: it may still come. */
export interface Settled {
  take(words: string): void;
  /** Whether these words are only those that were taken, heard once more: their beginning, or, final, all of them. */
  covers(words: string, final: boolean): boolean;
  /** Whatever is heard from now on is something else. */
  forget(): void;
}

export function createSettled(now: () => number): Settled {
  let taken: readonly string[] = [];
  let takenAtMs = -Infinity;
  return {
    take(words) {
      taken = plainWords(words);
      takenAtMs = now();
    },
    covers(words, final) {
      if (now() - takenAtMs > AGAIN_MS) return false;
      const heard = plainWords(words);
      if (heard.length === 0 || (final && heard.length < taken.length)) return false;
      return heard.every((word, at) => word === taken[at]);
    },
    forget() {
      taken = [];
    },
  };
}
