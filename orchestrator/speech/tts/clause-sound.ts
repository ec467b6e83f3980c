import { joinSamples } from "../../lib/samples.ts";
import { wordWeight } from "./bounds.ts";
import type { FitSound } from "./conditioner.ts";
import { audibleEnd } from "./loudness.ts";
import type { Speakable } from "../speakable.ts";
import type { Reached } from "./synthesiser.ts";

/** Words and sound that are handed on together; times count from the clause's own start. */
export interface Piece {
  readonly words: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[];
  readonly samples: Int16Array;
}

/** The sound of one clause: filled by a service, emptied at the pace of the ear. */
export interface ClauseSound {
  add(sound: FitSound, sampleRate: number): void;
  /** All of it is there. */
  finish(): void;
  /**
   * No more will come. What was not handed on is dropped behind the last complete word.
   * Gives the raw text that is still to be said.
   */
  cut(): string;
  /**
   * The next words and sound, as far as they are there. While more is to come they end with a word,
   * so that a voice that breaks off does so between two words, unless `inWord` allows more.
   */
  take(inWord: boolean): Piece | undefined;
  /** Nothing is left to take and nothing will come. */
  isOver(): boolean;
  /** Milliseconds that are there and were not taken. */
  waitingMs(): number;
  /** Milliseconds up to the last sound that can be heard, and the weight of the text that gave them. */
  measure(): { readonly soundMs: number; readonly weight: number };
}

/** Sound is handed on in pieces of this length: what is known of the words' times then is newer. */
const PIECE_MS = 100;

/** How fast a service speaks: milliseconds for a unit of spoken weight. */
export interface Pace {
  readonly likelyMs: number;
  /** Slower than it ever is: a word of unknown end is taken for heard only then. Rather said twice than lost. */
  readonly slowestMs: number;
}

/**
 * Creates the sound of a clause. Without times from the service the words lie in the sound by their
 * weight: in the service's pace until the sound is complete, evenly then.
 */
export function createClauseSound(raw: string, speakable: Speakable, pace: Pace): ClauseSound {
  const words = toWords(raw, speakable);
  const weight = words.at(-1)?.weight ?? 0;
  let chunks: Int16Array[] = [];
  let rate = 1;
  let received = 0;
  let taken = 0;
  let reached: Reached[] = [];
  let state = "open" as "open" | "whole" | "cut";
  /** Words that are handed on, and how many of them there are when it was cut. */
  let handed = 0;
  let wordsAtMost = words.length;
  let handedMs = 0;
  let soundMs = 0;

  const toMs = (samples: number): number => (samples * 1000) / rate;
  const toSamples = (ms: number): number => Math.round((ms / 1000) * rate);

  /** When the word is over; Infinity while the service has not said. */
  const endMs = (index: number, openMs = pace.likelyMs): number => {
    const word = words[index];
    if (word === undefined) return Infinity;
    if (reached.length > 0) {
      const point = reached.find(({ chars }) => chars >= word.spoken);
      return point?.atMs ?? (state === "whole" ? soundMs : Infinity);
    }
    return word.weight * (state === "whole" ? soundMs / Math.max(1, weight) : openMs);
  };
  /** Samples up to the end of the last word that is complete, as far as it is known. */
  const wholeWords = (): number => {
    let ends = 0;
    for (let index = handed; index < words.length; index++) {
      const end = toSamples(endMs(index));
      if (end > received) break;
      ends = end;
    }
    return ends;
  };
  const takeSamples = (count: number): Int16Array => {
    const out = new Int16Array(count);
    let filled = 0;
    while (filled < count) {
      const [chunk] = chunks;
      if (chunk === undefined) break;
      const part = chunk.subarray(0, count - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) chunks.shift();
      else chunks[0] = chunk.subarray(part.length);
    }
    taken += count;
    return out;
  };

  return {
    add(sound, sampleRate) {
      rate = sampleRate;
      reached.push(...sound.reached);
      if (sound.samples.length === 0) return;
      chunks.push(sound.samples);
      received += sound.samples.length;
    },
    finish() {
      const rest = joinSamples(chunks);
      const end = audibleEnd(rest, rate);
      soundMs = toMs(taken + (end === 0 ? rest.length : end));
      state = "whole";
    },
    cut() {
      let complete = handed;
      // Nobody has heard anything of it: the next voice says it from its start.
      if (taken > 0) {
        while (complete < words.length && endMs(complete, pace.slowestMs) <= toMs(received)) complete += 1;
      }
      const keep = complete > handed ? toSamples(endMs(complete - 1, pace.slowestMs)) : 0;
      const rest = joinSamples(chunks).subarray(0, Math.max(0, keep - taken));
      chunks = rest.length > 0 ? [rest] : [];
      received = taken + rest.length;
      soundMs = toMs(received);
      wordsAtMost = complete;
      state = "cut";
      return raw.slice(words[complete - 1]?.end ?? 0);
    },
    take(inWord) {
      const there = (state !== "open" || inWord ? received : wholeWords()) - taken;
      const count = Math.max(0, Math.min(there, toSamples(PIECE_MS)));
      const isLastPiece = state !== "open" && received - taken === count;
      const untilMs = toMs(taken + count);
      const said: Piece["words"][number][] = [];
      while (handed < wordsAtMost && (isLastPiece || endMs(handed) <= untilMs)) {
        // A word is never told after its end: what was guessed too late ends when it is told.
        const end = Math.max(handedMs, toMs(taken), Math.min(endMs(handed), untilMs));
        said.push({ text: words[handed]?.text ?? "", startMs: handedMs, endMs: end });
        handedMs = end;
        handed += 1;
      }
      if (said.length === 0 && count === 0) return undefined;
      return { words: said, samples: takeSamples(count) };
    },
    isOver: () => state !== "open" && taken === received && handed === wordsAtMost,
    waitingMs: () => toMs(received - taken),
    measure: () => ({ soundMs, weight }),
  };
}

interface Word {
  readonly text: string;
  /** Offset behind it in the raw text. */
  readonly end: number;
  /** Characters of the spoken text up to its end. */
  readonly spoken: number;
  /** Weight of the spoken text up to its end. */
  readonly weight: number;
}

/** The words of a text with the blanks around them: joined, they are the text. */
function toWords(raw: string, speakable: Speakable): readonly Word[] {
  // The stop at the end is silence, which is not counted as the last word's sound.
  const audible = speakable.text.replace(/[^\p{L}\p{N}%]+$/u, "").length;
  let weight = 0;
  let spoken = 0;
  return Array.from(raw.matchAll(/^\s*\S*\s*|\S+\s*/g), ({ index, 0: text }) => {
    const end = index + text.length;
    const until = speakable.spokenUpTo(end);
    weight += wordWeight(speakable.text.slice(spoken, Math.min(until, audible)));
    spoken = until;
    return { text, end, spoken: speakable.text.slice(0, until).trimEnd().length, weight };
  }).filter(({ text }) => text !== "");
}
