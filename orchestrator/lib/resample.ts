/** Changes the sample rate of sound that comes in pieces. */
export interface Resampler {
  push(samples: Int16Array): Int16Array;
  /** What is still inside; the resampler is used up. */
  flush(): Int16Array;
}

/** Zero crossings of the sinc to each side, at the lower of the two rates: −70 dB of aliases. */
const CROSSINGS = 16;
/** Share of the lower rate's band that passes. */
const PASS_BAND = 0.92;
/** Fractions of a sample for which taps are kept. */
const PHASES_AT_MOST = 1024;

/** Creates a resampler by a windowed sinc. As much comes out as goes in; its delay is made up for. */
export function createResampler(fromRate: number, toRate: number): Resampler {
  if (fromRate === toRate) return { push: (samples) => samples.slice(), flush: () => new Int16Array() };
  const divisor = commonDivisor(fromRate, toRate);
  const step = fromRate / divisor;
  const phases = toRate / divisor;
  const cutoff = Math.min(1, toRate / fromRate) * PASS_BAND;
  const reach = Math.ceil(CROSSINGS / cutoff);
  const taps = createTaps(Math.min(phases, PHASES_AT_MOST), cutoff, reach);

  /** Samples from `firstIndex` on; those before the first are silence. */
  let kept = new Float32Array(reach);
  let firstIndex = -reach;
  let received = 0;
  let produced = 0;

  const produce = (until: number): Int16Array => {
    const out = new Int16Array(Math.max(0, until - produced));
    for (let index = 0; index < out.length; index++, produced++) {
      const position = produced * step;
      const whole = Math.floor(position / phases);
      const phase = Math.round(((position % phases) / phases) * taps.length) % taps.length;
      const filter = taps[phase] ?? new Float32Array();
      const start = whole - reach + 1 - firstIndex;
      let sum = 0;
      for (let tap = 0; tap < filter.length; tap++) sum += (kept[start + tap] ?? 0) * (filter[tap] ?? 0);
      out[index] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
    }
    const needed = Math.floor((produced * step) / phases) - reach + 1;
    if (needed > firstIndex) {
      kept = kept.slice(needed - firstIndex);
      firstIndex = needed;
    }
    return out;
  };
  const add = (samples: Int16Array | Float32Array): void => {
    const all = new Float32Array(kept.length + samples.length);
    all.set(kept);
    all.set(samples, kept.length);
    kept = all;
  };

  return {
    push(samples) {
      add(samples);
      received += samples.length;
      return produce(Math.max(0, Math.floor(((received - reach) * phases) / step)));
    },
    flush() {
      add(new Float32Array(reach + 1));
      return produce(Math.round((received * phases) / step));
    },
  };
}

/** One row of taps for each fraction of a sample. */
function createTaps(phases: number, cutoff: number, reach: number): readonly Float32Array[] {
  return Array.from({ length: phases }, (_, phase) => {
    const row = Float32Array.from({ length: 2 * reach }, (__, tap) =>
      kernel(tap - reach + 1 - phase / phases, cutoff, reach),
    );
    const sum = row.reduce((total, value) => total + value, 0);
    return row.map((value) => value / sum);
  });
}

/** A sinc under a Blackman window. */
function kernel(offset: number, cutoff: number, reach: number): number {
  if (Math.abs(offset) >= reach) return 0;
  const x = Math.PI * offset * cutoff;
  const turn = (Math.PI * offset) / reach;
  const window = 0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn);
  return cutoff * window * (Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
