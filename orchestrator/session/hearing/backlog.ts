/** A listener that is this much behind is given no more until it has caught up: its queue has no end of its own. */
const MOST_MS = 5000;
const CAUGHT_UP_MS = 500;

/** Which samples a slow listener is spared, and where in what was received those lie that it has judged. */
export interface Backlog {
  /** Whether it is given the next so many samples. */
  give(samples: number): boolean;
  /** It has judged so many of the samples it was given; how many of those received that are. */
  judged(samples: number): number;
}

/** @param rate samples per second */
export function createBacklog(rate: number): Backlog {
  let given = 0;
  let judged = 0;
  let shedding = false;
  /** Stretches that were left out, by the sample given before each. */
  const gaps: { readonly at: number; samples: number }[] = [];

  return {
    give(samples) {
      const behindMs = ((given - judged) / rate) * 1000;
      if (behindMs > MOST_MS && !shedding) {
        shedding = true;
        gaps.push({ at: given, samples: 0 });
      }
      if (behindMs <= CAUGHT_UP_MS) shedding = false;
      const gap = gaps.at(-1);
      if (shedding && gap) gap.samples += samples;
      else given += samples;
      return !shedding;
    },
    judged(samples) {
      judged = samples;
      return gaps.reduce((sum, gap) => (gap.at < samples ? sum + gap.samples : sum), samples);
    },
  };
}
