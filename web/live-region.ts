import { createStore, type Store } from "./lib/store.ts";

/** One thing for the screen reader; `id` makes a repeated text a new one. */
export interface Line {
  readonly id: number;
  readonly text: string;
  /** Monotonic clock, in milliseconds. */
  readonly saidAtMs: number;
}

/** What the page's live regions hold. */
export interface LiveRegion {
  readonly lines: Store<readonly Line[]>;
  /** Hands a text to the screen reader: at once in silence; otherwise after the answer, and what is there goes. */
  say(text: string): void;
  /** Drops what waits. */
  drop(): void;
  /** Drops what waits and what is there. */
  clear(): void;
  /** To be called when the sound has ended. */
  silence(): void;
}

/** A line that old was read: whoever looks through the page should not find it beside the newer ones. */
const FRESH_MS = 4000;

/**
 * A live region that keeps still while `isSounding`: a screen reader must not speak over an answer, nor
 * into the microphone.
 *
 * @param keep lines that it holds at most, and that wait at most; the newest stay.
 * @param now monotonic clock in milliseconds.
 */
export function createLiveRegion(
  isSounding: () => boolean,
  keep: number,
  now: () => number = () => performance.now(),
): LiveRegion {
  const lines = createStore<readonly Line[]>([]);
  let waiting: readonly string[] = [];
  let count = 0;
  const show = (texts: readonly string[]) => {
    const saidAtMs = now();
    const added = texts.map((text) => ({ id: (count += 1), text, saidAtMs }));
    const fresh = lines.get().filter((line) => saidAtMs - line.saidAtMs < FRESH_MS);
    lines.set([...fresh, ...added].slice(-keep));
  };
  return {
    lines,
    say(text) {
      if (!isSounding()) return show([text]);
      waiting = [...waiting, text].slice(-keep);
      // What was said before it is no longer so.
      lines.set([]);
    },
    drop: () => void (waiting = []),
    clear() {
      waiting = [];
      lines.set([]);
    },
    silence() {
      const texts = waiting;
      waiting = [];
      if (texts.length > 0) show(texts);
    },
  };
}
