import { createBacklog } from "./backlog.ts";
import { SAMPLE_RATE, type Recognition } from "./recogniser.ts";

/** What was said in a call so far, as far as it is known, and what is owed. Positions are samples. */
export interface Hearing {
  readonly isSpeaking: boolean;
  /** When the state of speech changed last; times are those of `now`. */
  readonly changedAtMs: number;
  /** When audio came last. */
  readonly audioAtMs: number;
  /** Somebody spoke, and no final has reached the end of it. */
  readonly isOwed: boolean;
  /** Words were shown that no final holds yet. */
  readonly hasInterim: boolean;
  /** The VAD's word as of now. True when it changed. */
  setSpeaking(speaking: boolean): boolean;
  add(samples: Int16Array): void;
  sawInterim(): void;
  /** Everything before `position` is said. */
  sawFinal(position: number): void;
  /** Says to a new stream all that is not said yet; returns the position at which the stream begins. */
  replay(to: Recognition): number;
  /**
   * Forgets silence that nobody will ask for, and a debt that will not be paid.
   *
   * @param connected a stream has all of it; without one, the next is to have a short word too that stood
   *   behind the last final when the stream broke
   */
  tidy(connected: boolean): void;
}

/** Keeps account of one call's audio between services that come and go. */
export function createHearing(now: () => number): Hearing {
  const backlog = createBacklog(BACKLOG_MS);
  let marks: { readonly position: number; readonly speaking: boolean }[] = [];
  let wasSpeakingAtStart = false;
  let isSpeaking = false;
  let changedAtMs = now();
  let audioAtMs = 0;
  let owedUntil = undefined as number | undefined;
  let hasInterim = false;

  const forget = (position: number): void => {
    backlog.forget(position);
    dropMarks();
  };
  const dropMarks = (): void => {
    const past = marks.filter((mark) => mark.position <= backlog.start());
    wasSpeakingAtStart = past.at(-1)?.speaking ?? wasSpeakingAtStart;
    marks = marks.slice(past.length);
  };

  return {
    get isSpeaking() {
      return isSpeaking;
    },
    get changedAtMs() {
      return changedAtMs;
    },
    get audioAtMs() {
      return audioAtMs;
    },
    get isOwed() {
      return owedUntil !== undefined;
    },
    get hasInterim() {
      return hasInterim;
    },
    setSpeaking(speaking) {
      if (speaking === isSpeaking) return false;
      isSpeaking = speaking;
      changedAtMs = now();
      marks.push({ position: backlog.end(), speaking });
      if (!speaking && backlog.start() < backlog.end() - HANGOVER_SAMPLES) owedUntil = backlog.end();
      return true;
    },
    add(samples) {
      backlog.add(samples);
      audioAtMs = now();
      dropMarks();
    },
    sawInterim() {
      hasInterim = true;
    },
    sawFinal(position) {
      hasInterim = false;
      if (owedUntil !== undefined && position >= owedUntil - HANGOVER_SAMPLES) owedUntil = undefined;
      forget(Math.min(position, backlog.end()));
    },
    replay(to) {
      const position = backlog.start();
      if (wasSpeakingAtStart) to.speechStarted();
      const pieces = backlog.pieces(marks.map((mark) => mark.position));
      for (const [index, piece] of pieces.entries()) {
        to.push(piece);
        const mark = marks[index];
        if (mark?.speaking === true) to.speechStarted();
        else if (mark !== undefined) to.speechEnded();
      }
      return position;
    },
    tidy(connected) {
      if (isSpeaking) return;
      if (now() - changedAtMs > DEBT_MS) {
        owedUntil = undefined;
        hasInterim = false;
      }
      if (owedUntil === undefined && !hasInterim)
        forget(backlog.end() - (connected ? ONSET_SAMPLES : OUTAGE_SAMPLES));
    },
  };
}

/** A sentence without a final, and an outage after it. */
const BACKLOG_MS = 30_000;
/** The VAD notices the end of speech that much late at most; a final need not reach further. */
const HANGOVER_SAMPLES = 0.4 * SAMPLE_RATE;
/** The VAD notices the begin of speech that much late at most. */
const ONSET_SAMPLES = SAMPLE_RATE;
/** By then there is another stream, or the word is told to nobody. */
const OUTAGE_SAMPLES = 5 * SAMPLE_RATE;
/** After that, sound without a final was not speech. */
const DEBT_MS = 10_000;
