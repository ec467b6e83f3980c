import { createResampler, type Resampler } from "../../lib/resample.ts";
import { joinSamples } from "../../lib/samples.ts";
import { createStretcher, type Stretcher } from "../../lib/stretch.ts";
import { SpeechFault } from "../fault.ts";
import { audibleEnd, firstAudible, isGarbage } from "./loudness.ts";
import type { Part, Reached } from "./synthesiser.ts";

/** Sound that is fit to be played, at the speech's own sample rate. */
export interface FitSound {
  readonly samples: Int16Array;
  readonly reached: readonly Reached[];
}

export interface ConditionerOptions {
  /** Undefined: that of the first sound. */
  readonly sampleRate: number | undefined;
  /** How much faster the sound is to be made. */
  readonly stretch: number;
  /** Leading silence that is left, in milliseconds. */
  readonly leadMs: number;
}

/** Makes the sound of one text fit to be played, as it comes. */
export interface Conditioner {
  /** Nothing comes out before something can be heard. @throws {SpeechFault} for what is no speech */
  push(part: Part): FitSound | undefined;
  /** The rest of it. */
  flush(): FitSound | undefined;
  /** Milliseconds from the first to the last sound that can be heard, as the service gave it. */
  audibleMs(): number;
  /** That of the sound that comes out; undefined before the first. */
  sampleRate(): number | undefined;
}

/** As much as tells speech from noise. */
const VETTED_MS = 30;

/** Creates what stands between a service and the caller's ear: silence trimmed, garbage refused, rate and pace changed. */
export function createConditioner({ sampleRate, stretch, leadMs }: ConditionerOptions): Conditioner {
  let from: number | undefined;
  let to = sampleRate;
  let held: Int16Array = new Int16Array();
  let heldReached: readonly Reached[] = [];
  let isStarted = false;
  let trimmedMs = 0;
  let soundMs = 0;
  let audibleMs = 0;
  let stretcher: Stretcher | undefined;
  let resampler: Resampler | undefined;

  const process = (samples: Int16Array, reached: readonly Reached[]): FitSound => {
    const stretched = stretcher?.push(samples) ?? samples;
    return {
      samples: resampler?.push(stretched) ?? stretched,
      reached: reached.map(({ chars, atMs }) => ({
        chars,
        atMs: Math.max(0, atMs - trimmedMs) / stretch,
      })),
    };
  };

  const start = (rate: number, isOver: boolean): FitSound | undefined => {
    const first = firstAudible(held, rate);
    if (first < 0) {
      // Of silence only the end is of use, but its length counts for what the service says of times.
      const keep = Math.round((leadMs * rate) / 1000);
      if (held.length > keep) {
        trimmedMs += ((held.length - keep) / rate) * 1000;
        held = held.slice(held.length - keep);
      }
      return undefined;
    }
    const vetted = held.subarray(first, first + Math.round((VETTED_MS * rate) / 1000));
    if (!isOver && vetted.length < Math.round((VETTED_MS * rate) / 1000)) return undefined;
    if (isGarbage(vetted)) throw new SpeechFault("server", "garbage");
    isStarted = true;
    const cut = Math.max(0, first - Math.round((leadMs * rate) / 1000));
    trimmedMs += (cut / rate) * 1000;
    soundMs = ((held.length - first) / rate) * 1000;
    audibleMs = ((audibleEnd(held, rate) - first) / rate) * 1000;
    const samples = held.slice(cut);
    held = new Int16Array();
    to ??= rate;
    if (stretch !== 1) stretcher = createStretcher(stretch, rate);
    if (to !== rate) resampler = createResampler(rate, to);
    return process(samples, heldReached);
  };

  return {
    sampleRate: () => (isStarted ? to : undefined),
    audibleMs: () => audibleMs,
    push({ audio, reached = [] }) {
      from ??= audio.sampleRate;
      if (audio.sampleRate !== from) throw new SpeechFault("server", "sample-rate");
      if (isStarted) {
        // A byte lost on the way turns all that follows into noise.
        const isLong = audio.samples.length >= (VETTED_MS * from) / 1000;
        if (isLong && isGarbage(audio.samples)) throw new SpeechFault("server", "garbage");
        const end = audibleEnd(audio.samples, from);
        if (end > 0) audibleMs = soundMs + (end / from) * 1000;
        soundMs += (audio.samples.length / from) * 1000;
        return process(audio.samples, reached);
      }
      held = joinSamples([held, audio.samples]);
      heldReached = [...heldReached, ...reached];
      return start(from, false);
    },
    flush() {
      const sound = isStarted || from === undefined ? undefined : start(from, true);
      if (!isStarted) return undefined;
      const rest = stretcher?.flush() ?? new Int16Array();
      const last = resampler ? joinSamples([resampler.push(rest), resampler.flush()]) : rest;
      return {
        samples: joinSamples([sound?.samples ?? new Int16Array(), last]),
        reached: sound?.reached ?? [],
      };
    },
  };
}
