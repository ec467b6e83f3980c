import { type KnownWord, type KnownWords, knownWords } from "./known-words.ts";
import { createNoiseFloor } from "./noise-floor.ts";
import { BANDS, createSpectra, HOP } from "./spectrum.ts";
import { SPEECH_RATE, type TimedWord, type Utterance } from "./synthesise.ts";

/** Reads known words out of audio, by their sound alone. */
export interface WordReader {
  /** Takes 16 kHz mono samples as they come, any number at a time. */
  push(samples: Int16Array): void;
  /** Every word whose sound has been received completely; times count the audio received. */
  words(): readonly TimedWord[];
}

export interface WordReaderOptions {
  /** How much louder than the known words the audio may be, in dB; each holds for 4 dB around it. Default: 0. */
  readonly gainsDb?: readonly number[];
}

const FRAME_MS = (HOP / SPEECH_RATE) * 1000;
/** A word is told when nothing that was heard since has spoken against it. */
const SETTLED_FRAMES = 5;

// Costs of an alignment, in mean dB of difference for one window of 10 ms.
/** Whatever is no known word. */
const OTHER = 4;
/** The most that one window can cost a word, so that a lost packet does not lose the word. */
const MOST = 9;
/**
 * A word begins where none was expected: between two that follow each other, one would have to be lost
 * or doubled. One that follows, or begins an utterance, has to sound less like itself.
 */
const WORD = 24;
const FOLLOWING = 6;
/** After this an utterance may begin. */
const PAUSE_FRAMES = 15;
/** A window of the word is heard twice, or is skipped. */
const STRETCH = 3;
const SKIP = 5;
/** dB of loudness that may differ without cost, and the cost of a dB beyond. */
const LEVEL_FREE = 8;
const LEVEL = 0.2;
/** Mean dB above the floors below which no word begins. */
const NOTHING = 0.2;
/** An alignment this much worse than the best is given up. */
const BEAM = 60;
const NEVER = 1e9;

/** A word of an alignment; the one before it is `before`. */
interface Heard {
  readonly word: KnownWord;
  readonly startFrame: number;
  readonly endFrame: number;
  readonly before: Heard | undefined;
}

/** The alignments that are inside one word: one for each of its windows. */
interface Inside {
  readonly word: KnownWord;
  readonly gainDb: number;
  /** The word's spectra above the floors: shape around its own mean, and the mean. */
  shapes: Float64Array;
  levels: Float64Array;
  readonly costs: Float64Array;
  readonly starts: Int32Array;
  readonly before: (Heard | undefined)[];
  /** All alignments from this window on are given up. */
  end: number;
}

/**
 * Aligns audio with any sequence of the words of these utterances (a Viterbi search over windows of
 * 10 ms). A word counts when it was heard to its end; one that is cut, lost or doubled shows.
 */
export function createWordReader(known: readonly Utterance[], options: WordReaderOptions = {}): WordReader {
  const vocabulary: KnownWords = knownWords(known);
  const spectra = createSpectra();
  const noise = createNoiseFloor();
  const { gainsDb = [0] } = options;
  const insides = vocabulary.words.flatMap((word) => gainsDb.map((gainDb) => toInside(word, gainDb)));
  const shape = new Float64Array(BANDS);
  /** Between words: its cost, and the words before it. */
  let outside = { cost: 0, before: undefined as Heard | undefined };
  let told = { last: undefined as Heard | undefined, words: [] as readonly TimedWord[] };
  let frame = 0;
  for (const inside of insides) fit(inside, noise.floors);

  const step = (decibels: Float64Array): void => {
    if (noise.add(decibels)) for (const inside of insides) fit(inside, noise.floors);
    const level = shapeOf(decibels, 0, noise.floors, shape);
    let best = Math.min(NEVER, outside.cost);
    let ended: { cost: number; heard: Heard | undefined } = { cost: NEVER, heard: undefined };
    for (const inside of insides) {
      const { before } = outside;
      const isPause = before === undefined || frame - before.endFrame >= PAUSE_FRAMES;
      const isNext =
        (before !== undefined && vocabulary.follows(before.word, inside.word)) ||
        (isPause && vocabulary.begins(inside.word));
      const entry = level < NOTHING ? NEVER : outside.cost + (isNext ? FOLLOWING : WORD);
      const least = advance(inside, { shape, level, entry, entered: before, frame });
      best = Math.min(best, least);
      const last = inside.costs.length - 1;
      const cost = inside.costs[last] ?? NEVER;
      if (cost < ended.cost) {
        const heard = {
          word: inside.word,
          startFrame: inside.starts[last] ?? 0,
          endFrame: frame + 1,
          before: inside.before[last],
        };
        ended = { cost, heard };
      }
    }
    const stay = outside.cost + Math.min(OTHER, quiet(level));
    outside = stay <= ended.cost ? { ...outside, cost: stay } : { cost: ended.cost, before: ended.heard };
    best = Math.min(best, outside.cost);
    outside.cost -= best;
    for (const inside of insides) {
      let end = 0;
      for (let at = 0; at < inside.end; at++) {
        const cost = (inside.costs[at] ?? NEVER) - best;
        inside.costs[at] = cost > BEAM ? NEVER : cost;
        if (cost <= BEAM) end = at + 1;
      }
      inside.end = end;
    }
    frame += 1;
  };

  return {
    push: (samples) => spectra.push(samples, step),
    words() {
      let last = bestHistory(insides, outside);
      while (last && last.endFrame > frame - SETTLED_FRAMES) last = last.before;
      if (last !== told.last) told = { last, words: timedWords(last, vocabulary) };
      return told.words;
    },
  };
}

function timedWords(last: Heard | undefined, vocabulary: KnownWords): readonly TimedWord[] {
  const heard: Heard[] = [];
  for (let each = last; each; each = each.before) heard.push(each);
  heard.reverse();
  const texts = vocabulary.texts(heard.map(({ word }) => word));
  return heard.map(({ startFrame, endFrame }, index) => ({
    text: texts[index] ?? "",
    startMs: startFrame * FRAME_MS,
    endMs: endFrame * FRAME_MS,
  }));
}

interface Step {
  readonly shape: Float64Array;
  readonly level: number;
  /** Cost of beginning the word now, and the words before it. */
  readonly entry: number;
  readonly entered: Heard | undefined;
  readonly frame: number;
}

/** Moves the alignments inside a word on by one window; the least cost of them. */
function advance(inside: Inside, { shape, level, entry, entered, frame }: Step): number {
  const { costs, starts, before, shapes, levels } = inside;
  let least = NEVER;
  if (inside.end === 0 && entry >= NEVER) return least;
  inside.end = Math.min(costs.length, inside.end + 2);
  for (let at = inside.end - 1; at >= 0; at--) {
    let cost = (costs[at] ?? NEVER) + STRETCH;
    let from = at;
    const next = at > 0 ? (costs[at - 1] ?? NEVER) : NEVER;
    if (next < cost) [cost, from] = [next, at - 1];
    const skip = at > 1 ? (costs[at - 2] ?? NEVER) + SKIP : NEVER;
    if (skip < cost) [cost, from] = [skip, at - 2];
    const begins = at === 0 && entry < cost;
    if (begins) cost = entry;
    if (cost >= NEVER) {
      costs[at] = NEVER;
      continue;
    }
    starts[at] = begins ? frame : (starts[from] ?? 0);
    before[at] = begins ? entered : before[from];
    let difference = LEVEL * Math.max(0, Math.abs(level - (levels[at] ?? 0)) - LEVEL_FREE);
    let sum = 0;
    for (let band = 0, place = at * BANDS; band < BANDS; band++, place++) {
      sum += Math.abs((shape[band] ?? 0) - (shapes[place] ?? 0));
    }
    difference += sum / BANDS;
    costs[at] = cost + Math.min(MOST, difference);
    least = Math.min(least, costs[at] ?? NEVER);
  }
  return least;
}

function bestHistory(
  insides: readonly Inside[],
  outside: { readonly cost: number; readonly before: Heard | undefined },
): Heard | undefined {
  let best = outside;
  for (const { costs, before } of insides) {
    for (let at = 0; at < costs.length; at++) {
      const cost = costs[at] ?? NEVER;
      if (cost < best.cost) best = { cost, before: before[at] };
    }
  }
  return best.before;
}

/** The cost of taking a window for silence. */
function quiet(level: number): number {
  return Math.max(0, level - 2);
}

function toInside(word: KnownWord, gainDb: number): Inside {
  const length = word.spectra.length;
  return {
    word,
    gainDb,
    shapes: new Float64Array(length * BANDS),
    levels: new Float64Array(length),
    costs: new Float64Array(length).fill(NEVER),
    starts: new Int32Array(length),
    before: Array.from({ length }),
    end: 0,
  };
}

function fit(inside: Inside, floors: Float64Array): void {
  for (const [at, spectrum] of inside.word.spectra.entries()) {
    const part = inside.shapes.subarray(at * BANDS, (at + 1) * BANDS);
    inside.levels[at] = shapeOf(spectrum, inside.gainDb, floors, part);
  }
}

/** Writes what stands above the floors, around its own mean; gives the mean. dB. */
function shapeOf(decibels: Float64Array, gain: number, floors: Float64Array, into: Float64Array): number {
  let sum = 0;
  for (let band = 0; band < BANDS; band++) {
    const above = Math.max(0, (decibels[band] ?? 0) + gain - (floors[band] ?? 0));
    into[band] = above;
    sum += above;
  }
  const mean = sum / BANDS;
  for (let band = 0; band < BANDS; band++) into[band] = (into[band] ?? 0) - mean;
  return mean;
}
