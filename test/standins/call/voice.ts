import { setTimeout as delay } from "node:timers/promises";
import type { SpeechPlace, Spoken, Voice } from "../../../orchestrator/speech/speech.ts";
import type { Played } from "./speaker.ts";

const RATE = 16_000;
const FRAME_MS = 20;
/** Every word sounds as a constant of its own, so that what was played tells which words were heard. */
const STEP = 16;

/** A voice whose words can be read off the samples. */
export interface FakeVoice extends Voice {
  /** Every word it was ever given, in order; its place here is its sound. */
  readonly words: readonly string[];
  /** Speeches that were aborted. */
  aborted(): number;
  /** The words of which at least `share` was played; only those with a place from `from` to `to`. */
  heardIn(played: readonly Played[], share?: number, from?: number, to?: number): string;
}

export function createFakeVoice(
  options: {
    readonly wordMs?: number;
    readonly firstMs?: number;
    readonly mute?: boolean;
    /** Services that are given the words, the last of which speaks. */
    readonly sentTo?: readonly SpeechPlace[];
  } = {},
): FakeVoice {
  const { wordMs = 200, firstMs = 20, mute = false, sentTo } = options;
  const words: string[] = [];
  let aborted = 0;
  async function* speak(text: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Spoken> {
    let rest = "";
    let atMs = 0;
    const count = () => {
      aborted += 1;
    };
    signal.addEventListener("abort", count, { once: true });
    try {
      for await (const piece of both(text)) {
        rest += piece ?? "";
        const whole = piece === undefined ? rest.match(/\s*\S+\s*$|\s*\S+\s+/g) : rest.match(/\s*\S+(?=\s)/g);
        for (const word of whole ?? []) {
          rest = rest.slice(word.length);
          if (mute) continue;
          if (atMs === 0) await delay(firstMs, undefined, { signal });
          words.push(word.trim());
          for (let ms = 0; ms < wordMs; ms += FRAME_MS) {
            const samples = new Int16Array((FRAME_MS * RATE) / 1000).fill(words.length * STEP);
            yield { type: "audio", audio: { samples, sampleRate: RATE } };
          }
          yield { type: "words", text: word, startMs: atMs, endMs: atMs + wordMs };
          atMs += wordMs;
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener("abort", count);
    }
  }
  const places = sentTo ?? [{ name: "fake", host: "this machine" }];
  return {
    words,
    aborted: () => aborted,
    place: () => places[0] ?? null,
    speak: (text, ctx) => {
      for (const place of places) {
        ctx.onSent?.(place);
        ctx.onPlace?.(place);
      }
      return speak(text, ctx.signal);
    },
    warm() {},
    async close() {},
    heardIn(played, share = 1, from = 0, to = Infinity) {
      const counts = new Map<number, number>();
      for (const { samples } of played)
        for (const sample of samples) counts.set(sample / STEP, (counts.get(sample / STEP) ?? 0) + 1);
      const needed = ((wordMs * RATE) / 1000) * share;
      return words
        .filter((_, index) => index >= from && index < to && (counts.get(index + 1) ?? 0) >= needed)
        .join(" ");
    },
  };
}

/** The pieces, then undefined for the end. */
async function* both(text: AsyncIterable<string>): AsyncGenerator<string | undefined> {
  yield* text;
  yield undefined;
}
