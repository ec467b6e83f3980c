import type { waitReasons } from "../../metrics/labels.ts";

/** Why an answer was not prepared before its question was over. */
export type WaitReason = (typeof waitReasons)[number];

/** What one call may throw away in a minute: four whole answers, and as much sound as fills a third of it. */
const OVER_MS = 60_000;
const MOST_TOKENS = 640;
const MOST_SOUND_MS = 20_000;

interface Spent {
  readonly tokens: number;
  readonly soundMs: number;
}

/** What a call has paid for and thrown away of late. */
export interface Waste {
  add(spent: Spent): void;
  /** Which budget is used up; undefined: another answer may be prepared. */
  spent(): Exclude<WaitReason, "keeps-changing"> | undefined;
}

export function createWaste(now: () => number = () => performance.now()): Waste {
  let all: readonly (Spent & { readonly atMs: number })[] = [];
  return {
    add(spent) {
      all = [...all, { ...spent, atMs: now() }];
    },
    spent() {
      all = all.filter(({ atMs }) => now() - atMs < OVER_MS);
      const total = (of: keyof Spent): number => all.reduce((sum, each) => sum + each[of], 0);
      if (total("tokens") >= MOST_TOKENS) return "tokens-spent";
      return total("soundMs") >= MOST_SOUND_MS ? "sound-spent" : undefined;
    },
  };
}
