import { AudioStream, type RemoteTrack } from "@livekit/rtc-node";
import { SPEECH_RATE, type Utterance } from "../speech/synthesise.ts";
import { createWordReader } from "../speech/word-reader.ts";

/** A word that the caller heard. Instants of `performance.now`. */
export interface HeardWord {
  readonly text: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
}

/** What came out of the caller's loudspeaker, and when. */
export interface Listening {
  /** Words of the known utterances, in order. */
  words(sinceMs?: number): readonly HeardWord[];
  /** The words with blanks between. */
  text(sinceMs?: number): string;
  /** The first audible sample since then. */
  firstSoundAtMs(sinceMs: number): number | undefined;
  /** The last audible sample so far, since then. */
  lastSoundAtMs(sinceMs?: number): number | undefined;
  /** The last audible sample after which nothing is audible for so many milliseconds; `sinceMs` if nothing is. */
  soundEndsAtMs(sinceMs: number, gapMs: number): number;
  /** Whether something is audible now: within so many milliseconds. */
  isSounding(withinMs?: number): boolean;
  /** Tracks that were heard so far. */
  tracks(): number;
  /** Everything that was heard, 16 kHz. */
  recording(): Int16Array;
  hear(track: RemoteTrack): void;
  close(): void;
}

/** −45 dBFS. */
const AUDIBLE = 184;
/** Speech has short gaps: within this it goes on. */
const GOES_ON_MS = 200;

interface Piece {
  /** Instant of its first sample. */
  readonly atMs: number;
  /** Number of its first sample in the recording. */
  readonly from: number;
  readonly samples: Int16Array;
  readonly firstAudible: number;
  readonly lastAudible: number;
}

/** Records what it is given to hear, on the clock of `performance.now`. */
export function createListening(
  known: readonly Utterance[],
  onSound: (samples: Int16Array) => void = () => {},
): Listening {
  const reader = createWordReader(known);
  const pieces: Piece[] = [];
  const streams: ReadableStreamDefaultReader<Sound>[] = [];
  let length = 0;

  const add = (samples: Int16Array, arrivedAtMs: number): void => {
    const atMs = arrivedAtMs - (samples.length * 1000) / SPEECH_RATE;
    const isAudible = (sample: number): boolean => Math.abs(sample) >= AUDIBLE;
    const firstAudible = samples.findIndex(isAudible);
    const lastAudible = firstAudible < 0 ? -1 : samples.findLastIndex(isAudible);
    pieces.push({ atMs, from: length, samples, firstAudible, lastAudible });
    length += samples.length;
    reader.push(samples);
    onSound(samples);
  };
  /** When a sample of the recording was heard. */
  const instantOf = (sample: number): number => {
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((pieces[middle]?.from ?? 0) <= sample) low = middle;
      else high = middle - 1;
    }
    const piece = pieces[low];
    return piece ? piece.atMs + ((sample - piece.from) * 1000) / SPEECH_RATE : 0;
  };
  const toInstant = (ms: number): number => instantOf((ms * SPEECH_RATE) / 1000);
  const words = (sinceMs = 0): readonly HeardWord[] =>
    reader
      .words()
      .map(({ text, startMs, endMs }) => ({ text, startAtMs: toInstant(startMs), endAtMs: toInstant(endMs) }))
      .filter(({ startAtMs }) => startAtMs >= sinceMs);
  const audible = (piece: Piece, sample: number): number => piece.atMs + (sample * 1000) / SPEECH_RATE;
  /** The piece that sounds at an instant, or the one before. */
  const pieceAt = (ms: number): number =>
    Math.max(
      0,
      pieces.findLastIndex(({ atMs }) => atMs <= ms),
    );
  const lastSoundAtMs = (sinceMs = 0): number | undefined => {
    const piece = pieces.findLast(({ firstAudible }) => firstAudible >= 0);
    const atMs = piece && audible(piece, piece.lastAudible);
    return atMs !== undefined && atMs >= sinceMs ? atMs : undefined;
  };

  return {
    words,
    text: (sinceMs) =>
      words(sinceMs)
        .map(({ text }) => text)
        .join(" "),
    firstSoundAtMs(sinceMs) {
      for (let at = pieces.length - 1, found: number | undefined; at >= -1; at--) {
        const piece = pieces[at];
        if (!piece || piece.atMs + 10 < sinceMs) return found;
        if (piece.firstAudible >= 0) found = audible(piece, piece.firstAudible);
      }
      return undefined;
    },
    lastSoundAtMs,
    soundEndsAtMs(sinceMs, gapMs) {
      let atMs = sinceMs;
      for (const piece of pieces.slice(pieceAt(sinceMs))) {
        if (piece.firstAudible < 0 || audible(piece, piece.lastAudible) < sinceMs) continue;
        if (audible(piece, piece.firstAudible) - atMs > gapMs) break;
        atMs = audible(piece, piece.lastAudible);
      }
      return atMs;
    },
    isSounding: (withinMs = GOES_ON_MS) => performance.now() - (lastSoundAtMs() ?? -Infinity) < withinMs,
    tracks: () => streams.length,
    recording() {
      const all = new Int16Array(length);
      for (const { from, samples } of pieces) all.set(samples, from);
      return all;
    },
    hear(track) {
      const stream = new AudioStream(track, { sampleRate: SPEECH_RATE, numChannels: 1, frameSizeMs: 10 });
      const from = (stream as ReadableStream<Sound>).getReader();
      streams.push(from);
      void (async () => {
        for (let next = await from.read(); !next.done; next = await from.read()) {
          add(next.value.data.slice(), performance.now());
        }
      })().catch(() => {});
    },
    close() {
      for (const stream of streams) void stream.cancel().catch(() => {});
    },
  };
}

interface Sound {
  readonly data: Int16Array;
}
