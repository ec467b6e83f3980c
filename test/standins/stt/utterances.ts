import type { TimedWord } from "../speech/synthesise.ts";
import type { WordReader } from "../speech/word-reader.ts";

/** How a recogniser's answers follow from the audio that it gets. Times are milliseconds of audio. */
export interface Utterances {
  readonly receivedMs: number;
  push(samples: Int16Array): void;
  /** Wants a final of what came so far; without new words it is empty and comes at once. */
  finalise(): void;
  close(): void;
}

export interface UtterancesOptions {
  readonly reader: WordReader;
  /** Milliseconds from the end of speech to its final. */
  readonly finalMs: number;
  /** Finals without being asked, when speech pauses or goes on for long. */
  readonly natural: boolean;
  /** Every 250 ms of audio: the words since the last final. */
  readonly onInterim: (words: readonly TimedWord[]) => void;
  /** The words since the last final, and up to where the audio is told with them. */
  readonly onFinal: (words: readonly TimedWord[], endMs: number, asked: boolean) => void;
}

const LOUD = 500;
const PAUSE_MS = 100;
const INTERIM_MS = 250;
const LONGEST_MS = 4000;

export function createUtterances(options: UtterancesOptions): Utterances {
  const { reader, finalMs, natural } = options;
  let receivedMs = 0;
  let lastLoudMs = -Infinity;
  let toldWords = 0;
  let toldMs = 0;
  let interimMs = 0;
  let asked = false;
  let timer: NodeJS.Timeout | undefined;

  const news = (): readonly TimedWord[] => reader.words().slice(toldWords);
  const isPause = (): boolean => receivedMs - lastLoudMs >= Math.min(PAUSE_MS, finalMs);
  const tell = (words: readonly TimedWord[]): void => {
    const wasAsked = asked;
    asked = false;
    toldWords += words.length;
    toldMs = isPause() ? receivedMs : Math.max(toldMs, words.at(-1)?.endMs ?? toldMs);
    options.onFinal(words, toldMs, wasAsked);
  };
  const look = (): void => {
    clearTimeout(timer);
    const words = news();
    const last = words.at(-1);
    if (last === undefined) {
      if (asked) tell([]);
      return;
    }
    if (natural && last.endMs - toldMs > LONGEST_MS) return tell(words);
    if (!asked && !(natural && isPause())) return;
    const waitMs = finalMs - (receivedMs - last.endMs);
    if (waitMs <= 0) tell(words);
    else timer = setTimeout(() => (isPause() || asked ? tell(news()) : look()), waitMs);
  };

  return {
    get receivedMs() {
      return receivedMs;
    },
    push(samples) {
      reader.push(samples);
      receivedMs += samples.length / 16;
      if (samples.some((sample) => Math.abs(sample) > LOUD)) lastLoudMs = receivedMs;
      if (receivedMs - interimMs >= INTERIM_MS) {
        interimMs = receivedMs;
        options.onInterim(news());
      }
      look();
    },
    finalise() {
      asked = true;
      look();
    },
    close: () => clearTimeout(timer),
  };
}
