import { setTimeout as wait } from "node:timers/promises";
import { joinSamples } from "../../../orchestrator/lib/samples.ts";
import type { SpeechServiceConfig, TtsName } from "../../../orchestrator/config.ts";
import type { SpeechPlace, Voice } from "../../../orchestrator/speech/speech.ts";

export interface HearOptions {
  readonly rate?: number;
  readonly language?: string;
  readonly signal?: AbortSignal;
  /** Sound that the ear queues before it makes the voice wait, in milliseconds. Default: any amount. */
  readonly queueMs?: number;
  readonly onAudio?: (heardMs: number) => void;
}

export interface HeardWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Sound that had come before the word was told, in milliseconds. */
  readonly toldMs: number;
}

export interface HeardSpeech {
  readonly words: readonly HeardWord[];
  /** All words, joined. */
  readonly text: string;
  readonly samples: Int16Array;
  readonly sampleRates: ReadonlySet<number>;
  readonly soundMs: number;
  readonly places: readonly SpeechPlace[];
  /** Services that were given words, in order, each as often as it was. */
  readonly sentTo: readonly SpeechPlace[];
  /** From the call to the first sound. */
  readonly firstAudioMs: number;
  /** Longest time in which the ear had nothing to play between two sounds. */
  readonly gapMs: number;
}

/** Listens to a speech as an ear does that plays what it gets. `text` may come in pieces: `Hel|lo.` */
export async function hear(voice: Voice, text: string, options: HearOptions = {}): Promise<HeardSpeech> {
  const { rate = 1, language = "en-US", signal = new AbortController().signal, queueMs = Infinity } = options;
  const words: HeardWord[] = [];
  const pieces: Int16Array[] = [];
  const sampleRates = new Set<number>();
  const places: SpeechPlace[] = [];
  const sentTo: SpeechPlace[] = [];
  const startedAt = performance.now();
  let soundMs = 0;
  let firstAudioMs = Infinity;
  let playedUntil = 0;
  let gapMs = 0;
  const speech = voice.speak(pieced(text), {
    signal,
    rate,
    language,
    onPlace: (place) => places.push(place),
    onSent: (place) => sentTo.push(place),
  });
  for await (const spoken of speech) {
    if (spoken.type === "words") {
      words.push({ text: spoken.text, startMs: spoken.startMs, endMs: spoken.endMs, toldMs: soundMs });
      continue;
    }
    const now = performance.now();
    if (soundMs === 0) firstAudioMs = now - startedAt;
    else gapMs = Math.max(gapMs, now - playedUntil);
    const { samples, sampleRate } = spoken.audio;
    pieces.push(samples);
    sampleRates.add(sampleRate);
    const lengthMs = (samples.length / sampleRate) * 1000;
    soundMs += lengthMs;
    playedUntil = Math.max(playedUntil, now) + lengthMs;
    options.onAudio?.(soundMs);
    const ahead = playedUntil - performance.now() - queueMs;
    if (ahead > 0) await wait(ahead);
  }
  return {
    words,
    text: words.map((word) => word.text).join(""),
    samples: joinSamples(pieces),
    sampleRates,
    soundMs,
    places,
    sentTo,
    firstAudioMs,
    gapMs,
  };
}

async function* pieced(text: string): AsyncGenerator<string> {
  for (const piece of text.split("|")) {
    yield piece;
    await Promise.resolve();
  }
}

/** Where nobody listens. */
const NOWHERE = "http://127.0.0.1:9/v1";

/** The configuration of a service. */
export function service(
  name: TtsName,
  { url, apiKey }: { readonly url?: string | undefined; readonly apiKey?: string | undefined } = {},
): SpeechServiceConfig<TtsName> {
  const rest = { apiKey, model: undefined, voice: undefined };
  switch (name) {
    case "elevenlabs":
      return { name, url, ...rest };
    case "openai":
      return { name, url: url ?? NOWHERE, ...rest };
    case "espeak":
      return { name, url: undefined, ...rest };
  }
}
