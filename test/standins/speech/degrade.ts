import { resample } from "./resample.ts";
import { SPEECH_RATE } from "./synthesise.ts";

/** What a call does to sound. */
export interface Degradation {
  /** What lies above is lost. */
  readonly bandwidthHz?: number;
  readonly gainDb?: number;
  /** White noise, dBFS. */
  readonly noiseDb?: number;
  /** One packet of 20 ms is silent in each stretch of this length. */
  readonly dropEveryMs?: number;
}

const PACKET = SPEECH_RATE / 50;

/** The same 16 kHz sound as a bad line carries it; the same every time. */
export function degrade(samples: Int16Array, how: Degradation): Int16Array {
  const { bandwidthHz, gainDb = 0, noiseDb, dropEveryMs } = how;
  const narrow =
    bandwidthHz === undefined
      ? samples
      : resample(resample(samples, SPEECH_RATE, 2 * bandwidthHz), 2 * bandwidthHz, SPEECH_RATE);
  const random = createRandom(7);
  const gain = 10 ** (gainDb / 20);
  const noise = noiseDb === undefined ? 0 : 32_768 * Math.sqrt(3) * 10 ** (noiseDb / 20);
  const out = Int16Array.from(narrow, (sample) => {
    const value = Math.round(sample * gain + (2 * random() - 1) * noise);
    return Math.max(-32_768, Math.min(32_767, value));
  });
  if (dropEveryMs !== undefined) {
    const stretch = Math.round((dropEveryMs * SPEECH_RATE) / 1000);
    for (let from = 0; from < out.length; from += stretch) {
      const lost = from + Math.floor(random() * (stretch - PACKET));
      out.fill(0, lost, lost + PACKET);
    }
  }
  return out;
}

/** 0–1, evenly, the same from the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
