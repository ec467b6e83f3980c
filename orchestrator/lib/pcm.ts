/** Mono 16-bit PCM. `samples` owns its buffer: whoever gets it may keep it, nobody changes it. */
export interface Pcm {
  readonly samples: Int16Array;
  /** Samples per second. */
  readonly sampleRate: number;
}

export function durationMs({ samples, sampleRate }: Pcm): number {
  return (samples.length / sampleRate) * 1000;
}
