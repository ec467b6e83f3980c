import { z } from "zod";
import type { Reached } from "./synthesiser.ts";

const timesMs = z.array(z.number()).optional();

/** Times of characters; the service and its clients have two names for each list. Null: not to be read. */
const alignment = z
  .object({
    chars: z.array(z.string()),
    charStartTimesMs: timesMs,
    charsStartTimesMs: timesMs,
    charDurationsMs: timesMs,
    charsDurationsMs: timesMs,
  })
  .transform(({ chars, ...lists }) => {
    const startsMs = lists.charStartTimesMs ?? lists.charsStartTimesMs;
    const durationsMs = lists.charDurationsMs ?? lists.charsDurationsMs;
    const isWhole = startsMs?.length === chars.length && durationsMs?.length === chars.length;
    return isWhole ? { chars, startsMs, durationsMs } : null;
  })
  .nullish()
  .catch(null);

/**
 * What ElevenLabs' multi-context socket says; what is not listed has no use for us. Nothing beside the
 * sound is worth losing it.
 */
export const elevenlabsMessage = z.object({
  contextId: z.string().nullish(),
  /** 16-bit PCM, base64. */
  audio: z.string().nullish(),
  /** Times of the characters that were sent; they count from the start of this message's audio. */
  alignment,
  /** Nothing more comes for the context. */
  isFinal: z.boolean().nullish().catch(null),
  error: z.string().nullish().catch("unreadable"),
});

export type ElevenlabsMessage = z.output<typeof elevenlabsMessage>;

/** The times of a text's characters, gathered from the messages that carry them. */
export interface Aligner {
  /** Takes a message's times; `beforeMs` is the audio that came before it, `soundMs` its own. */
  add(times: Alignment, sound: { readonly beforeMs: number; readonly soundMs: number }): readonly Reached[];
  /** When the last character is over; undefined while it has no time. */
  endMs(): number | undefined;
}

type Alignment = NonNullable<ElevenlabsMessage["alignment"]>;

/** Beyond its own audio by this much, no time counts from there. */
const CLEAR_MS = 50;

/**
 * Creates an aligner of one text. Characters are counted without blanks: the service adds and drops
 * blanks, never others.
 */
export function createAligner(text: string): Aligner {
  /** Offset in the text behind each character that is not blank. */
  const offsets = Array.from(text.matchAll(/\S/gu), ({ index, 0: character }) => index + character.length);
  let counted = 0;
  let lastMs = 0;
  let isFromFirst = false;
  return {
    add({ chars, startsMs, durationsMs }, { beforeMs, soundMs }) {
      // Documented as counting from the message's own audio; others have seen it count from the first.
      const firstMs = startsMs[0] ?? 0;
      isFromFirst ||= firstMs > soundMs + CLEAR_MS && firstMs >= beforeMs - CLEAR_MS;
      const base = isFromFirst ? 0 : beforeMs;
      return chars.flatMap((character, index) => {
        counted += Array.from(character.matchAll(/\S/gu)).length;
        lastMs = Math.max(lastMs, base + (startsMs[index] ?? 0) + (durationsMs[index] ?? 0));
        const chars = offsets[Math.min(counted, offsets.length) - 1];
        return chars === undefined ? [] : [{ chars, atMs: lastMs }];
      });
    },
    endMs: () => (counted >= offsets.length ? lastMs : undefined),
  };
}
