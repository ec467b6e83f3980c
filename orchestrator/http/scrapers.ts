import { wait } from "../lib/wait.ts";

/** Who comes for the metrics again and again, and how much of them each has. */
export interface Scrapers {
  /** @param text the metrics that this one was given, in Prometheus' text format */
  gave(scraper: string, text: string): void;
  /** Resolves when everybody has the counts of this text, or has had the time to come for them. */
  haveAll(text: string): Promise<void>;
}

/** Longer than between two scrapes: who has not come for so long does not come. */
const AWAY_MS = 20_000;
const LOOK_MS = 20;

/** Whoever counts and is about to end waits for those who scrape it: what they do not have is lost with it. */
export function createScrapers(awayMs = AWAY_MS): Scrapers {
  const known = new Map<string, { readonly counts: string; readonly atMs: number }>();
  const forgetThoseAway = (): void => {
    for (const [scraper, { atMs }] of known) if (performance.now() - atMs > awayMs) known.delete(scraper);
  };

  return {
    gave(scraper, text) {
      forgetThoseAway();
      known.set(scraper, { counts: countsOf(text), atMs: performance.now() });
    },
    async haveAll(text) {
      const last = countsOf(text);
      const isMissing = (): boolean => {
        forgetThoseAway();
        return [...known.values()].some(({ counts }) => counts !== last);
      };
      const untilMs = performance.now() + awayMs;
      while (isMissing() && performance.now() < untilMs) await wait(LOOK_MS);
    },
  };
}

/** What would be lost: a gauge tells of a moment, and nobody misses its last value. */
function countsOf(text: string): string {
  const lines: string[] = [];
  let isGauge = false;
  for (const line of text.split("\n")) {
    const type = /^# TYPE \S+ (\w+)/.exec(line)?.[1];
    if (type !== undefined) isGauge = type === "gauge";
    else if (!isGauge && line !== "" && !line.startsWith("#")) lines.push(line);
  }
  return lines.toSorted().join("\n");
}
