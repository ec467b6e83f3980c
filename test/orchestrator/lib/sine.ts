/** A sine of amplitude 10 000. */
export function sine(hz: number, sampleRate: number, durationMs: number): Int16Array {
  const length = Math.round((durationMs * sampleRate) / 1000);
  return Int16Array.from({ length }, (_, index) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * index) / sampleRate)),
  );
}

/** Cuts samples into pieces of these lengths, again and again. */
export function cutUp(samples: Int16Array, lengths: readonly number[]): readonly Int16Array[] {
  const pieces: Int16Array[] = [];
  for (let at = 0, turn = 0; at < samples.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? 1);
    pieces.push(samples.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** Root mean square. */
export function rms(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index++) sum += (samples[index] ?? 0) ** 2;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** Frequency by counting zero crossings. */
export function pitchOf(samples: Int16Array, sampleRate: number): number {
  let crossings = 0;
  for (let index = 1; index < samples.length; index++)
    if ((samples[index - 1] ?? 0) < 0 && (samples[index] ?? 0) >= 0) crossings += 1;
  return (crossings * sampleRate) / samples.length;
}
