import { BANDS, createSpectra } from "./spectrum.ts";
import { SPEECH_RATE, type Utterance } from "./synthesise.ts";

/** One sound that stands for a word; words that sound the same are one. */
export interface KnownWord {
  /** dBFS, window by window, band by band. */
  readonly spectra: readonly Float64Array[];
}

/** The words of some utterances, and how they follow each other. */
export interface KnownWords {
  readonly words: readonly KnownWord[];
  /** Whether some utterance has them one after the other. */
  follows(first: KnownWord, second: KnownWord): boolean;
  /** Whether some utterance begins with it. */
  begins(word: KnownWord): boolean;
  /** The texts of a sequence of sounds: of words that sound the same, the one that fits the order. */
  texts(sounds: readonly KnownWord[]): readonly string[];
}

interface Place {
  readonly utterance: number;
  readonly index: number;
}

export function knownWords(utterances: readonly Utterance[]): KnownWords {
  const sounds = new Map<string, KnownWord>();
  const places = new Map<KnownWord, Place[]>();
  for (const [utterance, { samples, words }] of utterances.entries()) {
    for (const [index, { startMs, endMs }] of words.entries()) {
      const part = samples.slice(toSample(startMs), toSample(endMs));
      const key = Buffer.from(part.buffer).toString("latin1");
      const word = sounds.get(key) ?? { spectra: spectraOf(part) };
      sounds.set(key, word);
      places.set(word, [...(places.get(word) ?? []), { utterance, index }]);
    }
  }
  const orders = utterances.map(() => [] as KnownWord[]);
  for (const [word, found] of places) {
    for (const { utterance, index } of found) (orders[utterance] ?? [])[index] = word;
  }
  const soundAt = ({ utterance, index }: Place): KnownWord | undefined => orders[utterance]?.[index];
  /** Where most of the coming words stand in a row; rather at a beginning. */
  const longestRun = (coming: readonly KnownWord[]): Place | undefined => {
    let best: { readonly place: Place | undefined; readonly length: number } = {
      place: undefined,
      length: 0,
    };
    for (const place of coming[0] ? (places.get(coming[0]) ?? []) : []) {
      const order = orders[place.utterance]?.slice(place.index) ?? [];
      const differs = order.findIndex((sound, at) => sound !== coming[at]);
      const length = differs < 0 ? order.length : differs;
      const isFirst = length === best.length && place.index === 0;
      if (length > best.length || isFirst) best = { place, length };
    }
    return best.place;
  };

  const pairs = new Map<KnownWord, Set<KnownWord>>();
  for (const order of orders) {
    for (const [at, word] of order.entries()) {
      const next = order[at + 1];
      if (next) pairs.set(word, (pairs.get(word) ?? new Set()).add(next));
    }
  }

  return {
    words: [...sounds.values()],
    begins: (word) => places.get(word)?.some(({ index }) => index === 0) ?? false,
    follows: (first, second) => pairs.get(first)?.has(second) ?? false,
    texts(sequence) {
      let place: Place | undefined;
      return sequence.map((sound, at) => {
        const next = place && { ...place, index: place.index + 1 };
        place = next && soundAt(next) === sound ? next : longestRun(sequence.slice(at));
        return (place && utterances[place.utterance]?.words[place.index]?.text) ?? "";
      });
    },
  };
}

function spectraOf(samples: Int16Array): readonly Float64Array[] {
  const spectra: Float64Array[] = [];
  createSpectra().push(samples, (decibels) => spectra.push(decibels.slice(0, BANDS)));
  return spectra;
}

function toSample(ms: number): number {
  return Math.round((ms * SPEECH_RATE) / 1000);
}
