import { type AudioFrame, AudioResampler } from "@livekit/rtc-node";
import { durationMs, type Pcm } from "../../lib/pcm.ts";
import type { SpeakContext, SpeechPlace, Spoken, Voice } from "../../speech/speech.ts";
import { stopped, type StopReason } from "../../turn/stopped.ts";
import { toAudioFrame } from "../agent-session.ts";
import { createTape, type Tape } from "./tape.ts";
import { firstClauses } from "./first-clauses.ts";
import type { TimedWords } from "./words-heard.ts";

/** One thing to say, made ahead: its text and its sound are gathered whether or not they are ever heard. */
export interface Answer {
  readonly id: string;
  readonly text: Tape<string>;
  /** Sound at the speaker's rate; undefined: to be read only. */
  readonly sound: Tape<AudioFrame> | undefined;
  /** The words whose place in the sound is known so far. */
  readonly words: readonly TimedWords[];
  /** Milliseconds of sound that were made so far. */
  soundMs(): number;
  /** Which service speaks; null while none has begun. */
  place(): SpeechPlace | null;
  /** Every service that was given words of it, in the order of the first. */
  sentTo(): readonly SpeechPlace[];
  readonly signal: AbortSignal;
  /** It counts: a voice that was given its first clauses gets the rest. */
  release(): void;
  /** Ends the work for it, here and upstream. */
  stop(reason: StopReason): void;
}

/** How an answer is said. */
export interface Delivery {
  /** Undefined: answers are read. */
  readonly voice: Voice | undefined;
  /** Samples per second of the speaker. */
  readonly sampleRate: number;
  readonly rate: number;
  readonly language: string;
  /** Sound of a sentence that was rendered ahead. */
  rendered(text: string): Pcm | undefined;
  /** Something broke in the making; what is there so far is all there is. */
  onFault(error: unknown): void;
}

/** Starts an answer at once. `write` makes its text and never throws; it ends soon after an abort. */
export function startAnswer(
  id: string,
  write: (signal: AbortSignal) => AsyncIterable<string>,
  delivery: Delivery,
): Answer {
  const stop = new AbortController();
  const counts = Promise.withResolvers<void>();
  const text = createTape<string>();
  const words: TimedWords[] = [];
  const sent: SpeechPlace[] = [];
  let place: SpeechPlace | null = null;
  let soundMs = 0;
  const onFault = (error: unknown): void => {
    if (!stop.signal.aborted) delivery.onFault(error);
  };
  fill(text, write(stop.signal)).catch(onFault);
  const sound = delivery.voice && createTape<AudioFrame>();
  if (sound) {
    const spoken = speak(text.read(), delivery, {
      signal: stop.signal,
      counts: counts.promise,
      onPlace: (now) => (place = now),
      onSent(to) {
        if (!sent.some(({ name, host }) => name === to.name && host === to.host)) sent.push(to);
      },
    });
    const frames = toFrames(spoken, delivery.sampleRate, words, (ms) => (soundMs += ms));
    fill(sound, frames).catch(onFault);
  }
  return {
    id,
    text,
    sound,
    words,
    soundMs: () => soundMs,
    place: () => place,
    sentTo: () => sent,
    signal: stop.signal,
    release: counts.resolve,
    stop(reason) {
      stop.abort(stopped(reason));
      counts.resolve();
      text.cut();
      sound?.cut();
    },
  };
}

async function fill<Item>(tape: Tape<Item>, source: AsyncIterable<Item>): Promise<void> {
  try {
    for await (const item of source) tape.push(item);
  } finally {
    tape.end();
  }
}

/** A fixed sentence has its own sound; the voice says all else. */
async function* speak(
  text: AsyncGenerator<string, void, undefined>,
  delivery: Delivery,
  {
    counts,
    ...told
  }: Pick<SpeakContext, "signal" | "onPlace" | "onSent"> & { readonly counts: Promise<void> },
): AsyncGenerator<Spoken> {
  const { voice, rate, language } = delivery;
  const first = await text.next();
  if (first.done || !voice) return;
  const sound = delivery.rendered(first.value);
  if (sound) {
    yield { type: "audio", audio: sound };
    yield {
      type: "words",
      text: first.value,
      startMs: 0,
      endMs: (sound.samples.length / sound.sampleRate) * 1000,
    };
    return;
  }
  const clauses = firstClauses(withFirst(first.value, text), { language, rate, counts });
  yield* voice.speak(clauses, { ...told, rate, language });
}

async function* withFirst<Item>(first: Item, rest: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* rest;
}

/** Frames at the speaker's rate; words are put aside as they come, and sound is counted. */
async function* toFrames(
  spoken: AsyncIterable<Spoken>,
  sampleRate: number,
  words: TimedWords[],
  onSound: (ms: number) => void,
): AsyncGenerator<AudioFrame> {
  let resampler: AudioResampler | undefined;
  try {
    for await (const item of spoken) {
      if (item.type === "words") {
        words.push(item);
        continue;
      }
      onSound(durationMs(item.audio));
      const frame = toAudioFrame(item.audio);
      if (item.audio.sampleRate === sampleRate) yield frame;
      else {
        resampler ??= new AudioResampler(item.audio.sampleRate, sampleRate, 1);
        yield* resampler.push(frame);
      }
    }
    if (resampler) yield* resampler.flush();
  } finally {
    resampler?.close();
  }
}
