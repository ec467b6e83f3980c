import { SAMPLE_RATE } from "./recogniser.ts";

/** What a service gets that transcribes utterances, not streams. */
export interface UtteranceSink {
  begin(): void;
  audio(samples: Int16Array): void;
  /** `endSample` counts from the first sample that the gate was given. */
  end(endSample: number): void;
}

/** Cuts a stream into utterances. */
export interface UtteranceGate {
  push(samples: Int16Array): void;
  speechStarted(): void;
  speechEnded(): void;
}

/**
 * Lets speech pass, from a little before the VAD noticed it. Speech that goes on for long is cut where
 * it is quiet.
 */
export function createUtteranceGate(sink: UtteranceSink): UtteranceGate {
  let position = 0;
  let begunAt = undefined as number | undefined;
  let before: Int16Array[] = [];
  let beforeLength = 0;

  const begin = (): void => {
    begunAt = position;
    sink.begin();
  };
  const end = (): void => {
    begunAt = undefined;
    sink.end(position);
  };
  const remember = (samples: Int16Array): void => {
    before.push(samples.slice());
    beforeLength += samples.length;
    while (before.length > 1 && beforeLength - (before[0]?.length ?? 0) >= BEFORE_SAMPLES)
      beforeLength -= before.shift()?.length ?? 0;
  };

  return {
    push(samples) {
      position += samples.length;
      if (begunAt === undefined) return remember(samples);
      sink.audio(samples);
      const length = position - begunAt;
      if (length > LONGEST_SAMPLES || (length > LONG_SAMPLES && isQuiet(samples))) {
        end();
        begin();
      }
    },
    speechStarted() {
      if (begunAt !== undefined) return;
      begin();
      for (const samples of before) sink.audio(samples);
      before = [];
      beforeLength = 0;
    },
    speechEnded() {
      if (begunAt !== undefined) end();
    },
  };
}

/** The VAD notices speech at most that late. */
const BEFORE_SAMPLES = 0.6 * SAMPLE_RATE;
/** Within what is kept of a call for a service that takes over. */
const LONG_SAMPLES = 15 * SAMPLE_RATE;
const LONGEST_SAMPLES = 25 * SAMPLE_RATE;
/** −45 dBFS: between words, not in one. */
const QUIET = 184;

function isQuiet(samples: Int16Array): boolean {
  return samples.every((sample) => Math.abs(sample) < QUIET);
}
