import type { Live } from "./live.ts";

/** Counted from the end of the question, or of the word that a promised answer comes now: what has not begun to sound by then never will. */
const ANSWER_BY_MS = 7500;
/** Nothing is said into the caller's words: looked at again after this. */
const SPEAKING_MS = 300;
/** A caller who hears nothing for so long is told by a short sound that work goes on. */
const THINKING_MS = 1500;

/** How long a caller waits for the first sound of an answer. */
export interface Patience {
  begin(live: Live): void;
  end(): void;
}

export function createPatience(options: {
  readonly speaking: () => boolean;
  /** Work goes on, and nothing is heard of it yet. */
  readonly onThinking: () => void;
  /** The answer comes too late to be an answer, and the caller is silent. */
  readonly onLate: (live: Live) => void;
}): Patience {
  const { speaking, onThinking, onLate } = options;
  let thinking: NodeJS.Timeout | undefined;
  let watchdog: NodeJS.Timeout | undefined;

  const late = (live: Live): void => {
    if (live.over || live.startedAtMs !== null) return;
    if (speaking()) watchdog = setTimeout(() => late(live), SPEAKING_MS);
    else onLate(live);
  };
  const end = (): void => {
    clearTimeout(thinking);
    clearTimeout(watchdog);
  };

  return {
    begin(live) {
      end();
      if (!live.readOnly) {
        thinking = setTimeout(() => {
          if (!live.over) onThinking();
        }, THINKING_MS);
      }
      const fromMs = live.again ? live.committedAtMs : live.endedAtMs;
      const leftMs = Math.max(0, ANSWER_BY_MS - (performance.now() - fromMs));
      if (live.kind === "reply") watchdog = setTimeout(() => late(live), leftMs);
    },
    end,
  };
}
