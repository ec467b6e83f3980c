import { abortable } from "../../lib/abortable.ts";
import { createDeadlines } from "../../lib/deadline.ts";
import { durationMs } from "../../lib/pcm.ts";
import { durationBounds } from "./bounds.ts";
import { createConditioner, type FitSound } from "./conditioner.ts";
import { SpeechFault } from "../fault.ts";
import type { Utterance } from "./synthesiser.ts";

/** What a service may take its time for, in milliseconds. */
export interface VoiceLimits {
  /** From the request to the first sound that can be heard. */
  readonly firstAudioMs: number;
  /** Longest wait for more of a clause. */
  readonly gapMs: number;
  /** Longest silence in the caller's ear before a service that sends nothing is given up. */
  readonly drySilenceMs: number;
}

/** reliability.md §2: first audio 800 ms, gap beyond the playout buffer 500 ms. */
export const VOICE_LIMITS: VoiceLimits = { firstAudioMs: 800, gapMs: 500, drySilenceMs: 250 };

export interface SuperviseOptions {
  readonly limits: VoiceLimits;
  /** Aborts at a barge-in. */
  readonly signal: AbortSignal;
  /** Undefined: that of the first sound. */
  readonly sampleRate: number | undefined;
  /** The speech rate that is wanted. */
  readonly rate: number;
  /** Leading silence that is left, in milliseconds. */
  readonly leadMs: number;
  /** When what is there so far will have been heard, by `performance.now`; told how much comes to it. */
  readonly playout: { endsAt(): number; add(soundMs: number): void };
}

/** Sound with its sample rate. */
export interface SupervisedSound {
  readonly sound: FitSound;
  readonly sampleRate: number;
}

/**
 * Says one text by one service and watches its progress.
 *
 * @throws {SpeechFault} when it is late, stalls, or gives what is no speech; or the signal's reason
 */
export async function* supervise(
  utterance: Utterance,
  text: string,
  options: SuperviseOptions,
): AsyncGenerator<SupervisedSound> {
  const { limits, playout } = options;
  const deadlines = createDeadlines<"first-audio" | "gap">(
    [options.signal],
    (name) => new SpeechFault("timeout", name),
  );
  const stretch = options.rate / utterance.rate;
  const conditioner = createConditioner({
    sampleRate: options.sampleRate,
    stretch,
    leadMs: options.leadMs,
  });
  const bounds = durationBounds(text, utterance.rate);
  let heardMs = 0;

  const toSound = (sound: FitSound | undefined): readonly SupervisedSound[] => {
    const sampleRate = conditioner.sampleRate();
    if (sound === undefined || sampleRate === undefined) return [];
    playout.add(durationMs({ samples: sound.samples, sampleRate }));
    deadlines.stop("first-audio");
    return [{ sound, sampleRate }];
  };

  try {
    deadlines.start("first-audio", limits.firstAudioMs);
    for await (const part of abortable(utterance.say(text, deadlines.signal), deadlines.signal)) {
      heardMs += durationMs(part.audio);
      if (heardMs > bounds.max) throw new SpeechFault("server", "too-long");
      const sounds = toSound(conditioner.push(part));
      if (!deadlines.isRunning("first-audio")) {
        const untilDryMs = playout.endsAt() - performance.now();
        deadlines.start("gap", Math.max(limits.gapMs, untilDryMs + limits.drySilenceMs));
      }
      yield* sounds;
    }
    yield* toSound(conditioner.flush());
    if (heardMs === 0) throw new SpeechFault("server", "empty");
    if (conditioner.sampleRate() === undefined) throw new SpeechFault("server", "silent");
    if (conditioner.audibleMs() < bounds.min) throw new SpeechFault("server", "too-short");
  } finally {
    deadlines.end();
  }
}
