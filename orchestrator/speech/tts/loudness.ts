/** −50 dBFS: quieter than any voice, louder than a synthesiser's noise floor. */
const AUDIBLE_RMS = 104;
const WINDOW_MS = 5;

/** Index of the first audible sample, by windows of 5 ms; -1 when there is none. */
export function firstAudible(samples: Int16Array, sampleRate: number): number {
  const window = Math.max(1, Math.round((sampleRate * WINDOW_MS) / 1000));
  for (let start = 0; start < samples.length; start += window) {
    if (rms(samples.subarray(start, start + window)) >= AUDIBLE_RMS) return start;
  }
  return -1;
}

/** Index behind the last audible sample, by windows of 5 ms; 0 when there is none. */
export function audibleEnd(samples: Int16Array, sampleRate: number): number {
  const window = Math.max(1, Math.round((sampleRate * WINDOW_MS) / 1000));
  for (let end = samples.length; end > 0; end -= window) {
    if (rms(samples.subarray(Math.max(0, end - window), end)) >= AUDIBLE_RMS) return end;
  }
  return 0;
}

/**
 * Whether this is noise at full scale, as compressed or byte-swapped sound is when it is taken for
 * PCM. Speech is never so loud and so full of zero crossings at once.
 */
export function isGarbage(samples: Int16Array): boolean {
  let crossings = 0;
  for (let index = 1; index < samples.length; index++) {
    if ((samples[index] ?? 0) < 0 !== (samples[index - 1] ?? 0) < 0) crossings += 1;
  }
  return rms(samples) > GARBAGE_RMS && crossings > samples.length * GARBAGE_CROSSINGS;
}

/** Random bytes have 18 900; synthetic speech stays below 7000 over a tenth of a second. */
const GARBAGE_RMS = 10_000;
/** Random bytes cross zero at every second sample; a loud vowel at every tenth. */
const GARBAGE_CROSSINGS = 0.3;

function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length));
}
