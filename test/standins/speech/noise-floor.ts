import { BANDS } from "./spectrum.ts";

/** Below this a band counts as silent, in dBFS. */
const SILENT = -66;
/** How far the mean of noise lies above its minimum, in dB, and some more for its own ups and downs. */
const ABOVE_MINIMUM = 9;
/** Floors move in steps, so that what is fitted to them is seldom made anew. */
const STEP = 3;
/** Windows over which the minimum is taken: 1.5 s, which holds some gap between words. */
const REACH = 150;
/** Windows before the first estimate. */
const SETTLED = 10;

/** What lies below the noise of a stream is no part of its speech. */
export interface NoiseFloor {
  /** dBFS of each band. */
  readonly floors: Float64Array;
  /** Takes one spectrum; true when a floor has changed. */
  add(decibels: Float64Array): boolean;
}

export function createNoiseFloor(): NoiseFloor {
  const floors = new Float64Array(BANDS).fill(SILENT);
  const recent: Float64Array[] = [];
  const smooth = new Float64Array(BANDS);
  return {
    floors,
    add(decibels) {
      if (recent.length === 0) smooth.set(decibels);
      for (let band = 0; band < BANDS; band++) {
        smooth[band] = 0.7 * (smooth[band] ?? 0) + 0.3 * (decibels[band] ?? 0);
      }
      recent.push(smooth.slice());
      if (recent.length > REACH) recent.shift();
      if (recent.length < SETTLED) return false;
      let changed = false;
      for (let band = 0; band < BANDS; band++) {
        let least = 0;
        for (const each of recent) least = Math.min(least, each[band] ?? 0);
        const wanted = Math.max(SILENT, least + ABOVE_MINIMUM);
        const floor = floors[band] ?? SILENT;
        if (Math.abs(wanted - floor) <= STEP) continue;
        floors[band] = wanted;
        changed = true;
      }
      return changed;
    },
  };
}
