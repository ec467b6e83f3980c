import { joinSamples } from "../../../../orchestrator/lib/samples.ts";
import type {
  Reached,
  SpeechStyle,
  Synthesiser,
  Utterance,
} from "../../../../orchestrator/speech/tts/synthesiser.ts";

export interface SaidText {
  readonly samples: Int16Array;
  readonly sampleRate: number;
  readonly reached: readonly Reached[];
  /** Pieces that the sound came in. */
  readonly pieces: number;
  readonly firstMs: number;
}

export const STYLE: SpeechStyle = { rate: 1, language: "en-US" };

/** Has a service say one text. */
export async function say(
  synthesiser: Synthesiser,
  text: string,
  options: { readonly style?: SpeechStyle; readonly signal?: AbortSignal } = {},
): Promise<SaidText> {
  const utterance = synthesiser.open(options.style ?? STYLE);
  try {
    return await sayBy(utterance, text, options.signal);
  } finally {
    utterance.close();
  }
}

/** Has a speech that is under way say one more text. */
export async function sayBy(
  utterance: Utterance,
  text: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<SaidText> {
  const startedAt = performance.now();
  const pieces: Int16Array[] = [];
  const reached: Reached[] = [];
  let sampleRate = 0;
  let firstMs = Infinity;
  for await (const part of utterance.say(text, signal)) {
    firstMs = Math.min(firstMs, performance.now() - startedAt);
    pieces.push(part.audio.samples);
    reached.push(...(part.reached ?? []));
    sampleRate = part.audio.sampleRate;
  }
  return { samples: joinSamples(pieces), sampleRate, reached, pieces: pieces.length, firstMs };
}

/** What a promise is rejected with; undefined when it is not. */
export function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
