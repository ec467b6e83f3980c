import type { Spoken } from "../speech.ts";
import type { ClauseSound } from "./clause-sound.ts";

/** Where a speech waits for the ear: filled clause by clause, emptied in order. */
export interface Outlet {
  add(sound: ClauseSound): void;
  /** The sound of the last clause has grown. */
  changed(sampleRate: number): void;
  finish(sound: ClauseSound): void;
  /** No more of this clause comes; gives what it has not said. */
  cut(sound: ClauseSound): string;
  /** Nothing more is added. */
  end(): void;
  /** Undefined before the first sound. */
  sampleRate(): number | undefined;
  /** Resolves when less than this many milliseconds wait, or when the speech is stopped. */
  hasRoom(aheadMs: number): Promise<void>;
  /** When what was added will have been heard, if it is played as it comes. */
  readonly playout: { endsAt(): number; add(soundMs: number): void };
  spoken(): AsyncGenerator<Spoken>;
}

/** Sound in the ear's queue below which it is about to run dry, in milliseconds. */
const DRY_MS = 60;
/** A service that has sent nothing for this long is not about to send the rest of a word. */
const LIVE_MS = 200;

/** Creates the outlet of one speech; `signal` ends it at once. */
export function createOutlet(signal: AbortSignal): Outlet {
  const sounds: ClauseSound[] = [];
  let rate: number | undefined;
  let isEnded = false;
  /** Milliseconds of sound that were handed on. */
  let handedMs = 0;
  /** When all that was added will have been heard, and when all that was handed on, at the earliest. */
  let playedUntil = 0;
  let heardUntil = 0;
  let arrivedAt = 0;
  let wakers: (() => void)[] = [];

  const wake = (): void => {
    const all = wakers;
    wakers = [];
    for (const each of all) each();
  };
  /** A word is begun before it is whole only when the ear would wait and the rest is on its way. */
  const mayBreakWord = (): boolean => {
    const now = performance.now();
    return heardUntil - now <= DRY_MS && now - arrivedAt < LIVE_MS;
  };
  const change = (): Promise<void> => new Promise((resolve) => wakers.push(resolve));
  signal.addEventListener("abort", wake, { once: true });

  return {
    add(sound) {
      sounds.push(sound);
    },
    changed(sampleRate) {
      rate = sampleRate;
      arrivedAt = performance.now();
      wake();
    },
    finish(sound) {
      sound.finish();
      wake();
    },
    cut(sound) {
      const rest = sound.cut();
      wake();
      return rest;
    },
    end() {
      isEnded = true;
      wake();
    },
    sampleRate: () => rate,
    async hasRoom(aheadMs) {
      const waitingMs = (): number => sounds.reduce((sum, sound) => sum + sound.waitingMs(), 0);
      while (waitingMs() >= aheadMs && !signal.aborted) await change();
    },
    playout: {
      endsAt: () => playedUntil,
      add: (soundMs) => {
        playedUntil = Math.max(playedUntil, performance.now()) + soundMs;
      },
    },
    async *spoken() {
      let clauseStartMs = 0;
      while (!signal.aborted) {
        const [sound] = sounds;
        const piece = sound?.take(mayBreakWord());
        if (piece !== undefined) {
          wake();
          for (const { text, startMs, endMs } of piece.words) {
            yield { type: "words", text, startMs: clauseStartMs + startMs, endMs: clauseStartMs + endMs };
            if (signal.aborted) return;
          }
          if (piece.samples.length > 0 && rate !== undefined) {
            const soundMs = (piece.samples.length / rate) * 1000;
            handedMs += soundMs;
            heardUntil = Math.max(heardUntil, performance.now()) + soundMs;
            yield { type: "audio", audio: { samples: piece.samples, sampleRate: rate } };
          }
        } else if (sound?.isOver()) {
          sounds.shift();
          clauseStartMs = handedMs;
        } else if (sound === undefined && isEnded) {
          return;
        } else {
          await orAfter(change(), heardUntil - DRY_MS - performance.now());
        }
      }
    },
  };
}

/** Resolves with the promise, or after the delay when that is positive and passes first. */
async function orAfter(promise: Promise<void>, delayMs: number): Promise<void> {
  if (!(delayMs > 0)) return promise;
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs);
  });
  await Promise.race([promise, elapsed]).finally(() => clearTimeout(timer));
}
