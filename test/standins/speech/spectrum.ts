/** Bands of a spectrum, mel-spaced from 150 to 6500 Hz. */
export const BANDS = 18;
/** Samples from one spectrum to the next: 10 ms at 16 kHz. */
export const HOP = 160;
const WINDOW = 400;
const SIZE = 512;
const LOW_HZ = 150;
const HIGH_HZ = 6500;
const RATE = 16_000;

const hann = Float64Array.from(
  { length: WINDOW },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / WINDOW),
);
const edges = bandEdges();

/** Power in each band, in dBFS, of windows of 25 ms that begin every 10 ms. */
export interface Spectra {
  /** Takes samples as they come; calls back once for each window that they complete. */
  push(samples: Int16Array, onSpectrum: (decibels: Float64Array) => void): void;
}

export function createSpectra(): Spectra {
  const buffer = new Int16Array(WINDOW);
  let filled = WINDOW - HOP;
  return {
    push(samples, onSpectrum) {
      for (let from = 0; from < samples.length;) {
        const taken = Math.min(WINDOW - filled, samples.length - from);
        buffer.set(samples.subarray(from, from + taken), filled);
        filled += taken;
        from += taken;
        if (filled < WINDOW) return;
        onSpectrum(bandPowers(buffer));
        buffer.copyWithin(0, HOP);
        filled = WINDOW - HOP;
      }
    },
  };
}

function bandPowers(samples: Int16Array): Float64Array {
  const real = new Float64Array(SIZE);
  const imaginary = new Float64Array(SIZE);
  for (let at = 0; at < WINDOW; at++) real[at] = ((samples[at] ?? 0) / 32_768) * (hann[at] ?? 0);
  transform(real, imaginary);
  return Float64Array.from({ length: BANDS }, (_, band) => {
    let power = 1e-12;
    for (let bin = edges[band] ?? 0; bin < (edges[band + 1] ?? 0); bin++) {
      power += (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
    }
    // A full-scale sine is 0 dBFS: its bins hold (WINDOW / 4)² · 1.5 in all.
    return 10 * Math.log10(power / (1.5 * (WINDOW / 4) ** 2));
  });
}

/** Fast Fourier transform in place, radix 2. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let at = 1, other = 0; at < SIZE; at++) {
    let bit = SIZE >> 1;
    for (; other & bit; bit >>= 1) other ^= bit;
    other ^= bit;
    if (at < other) [real[at], real[other]] = [real[other] ?? 0, real[at] ?? 0];
  }
  for (let span = 2; span <= SIZE; span <<= 1) {
    const angle = (-2 * Math.PI) / span;
    for (let step = 0; step < span / 2; step++) {
      const cos = Math.cos(angle * step);
      const sin = Math.sin(angle * step);
      for (let at = step; at < SIZE; at += span) {
        const pair = at + span / 2;
        const re = (real[pair] ?? 0) * cos - (imaginary[pair] ?? 0) * sin;
        const im = (real[pair] ?? 0) * sin + (imaginary[pair] ?? 0) * cos;
        real[pair] = (real[at] ?? 0) - re;
        imaginary[pair] = (imaginary[at] ?? 0) - im;
        real[at] = (real[at] ?? 0) + re;
        imaginary[at] = (imaginary[at] ?? 0) + im;
      }
    }
  }
}

function bandEdges(): readonly number[] {
  const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
  const toHertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);
  const low = toMel(LOW_HZ);
  const step = (toMel(HIGH_HZ) - low) / BANDS;
  return Array.from({ length: BANDS + 1 }, (_, edge) =>
    Math.round((toHertz(low + step * edge) * SIZE) / RATE),
  );
}
