/** Taps to each side of a windowed sinc, at the lower of the two rates. */
const HALF_TAPS = 16;

/** The same sound at another sample rate, by a windowed sinc. Rates are whole numbers. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples.slice();
  const divisor = greatestCommonDivisor(from, to);
  const [down, up] = [from / divisor, to / divisor];
  const cutoff = Math.min(1, to / from) * 0.97;
  const reach = Math.ceil(HALF_TAPS / cutoff);
  const phases = Array.from({ length: up }, (_, phase) =>
    Float64Array.from({ length: 2 * reach }, (__, tap) =>
      kernel(tap - reach + 1 - phase / up, cutoff, reach),
    ),
  );
  const out = new Int16Array(Math.floor((samples.length * up) / down));
  for (let index = 0; index < out.length; index++) {
    const position = index * down;
    const weights = phases[position % up] ?? new Float64Array();
    const first = Math.floor(position / up) - reach + 1;
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) sum += (samples[first + tap] ?? 0) * (weights[tap] ?? 0);
    out[index] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return out;
}

/** A sinc under a Hann window. */
function kernel(offset: number, cutoff: number, reach: number): number {
  const window = 0.5 + 0.5 * Math.cos((Math.PI * offset) / reach);
  const x = Math.PI * offset * cutoff;
  return cutoff * window * (Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
