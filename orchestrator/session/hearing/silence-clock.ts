/** Samples per second of everything that a call hears. */
export const HEARING_RATE = 16_000;

/** −45 dBFS: the quietest sample of a voice that counts as sound. A room's noise may take from it. */
const LEAST_LOUD = 184;
/**
 * Noise that never ends is no sound of speech: up to this much above the peak of its quietest 200 ms is
 * silence. That peak of a Gaussian noise is about 3.4 σ, and in 500 ms one sample of 200 silences reaches 5.1 σ.
 */
const NOISE_FACTOR = 1.5;
/** From this threshold on noise hides the soft end of a word. */
const HIDING = 160;
/** So much later for each doubling of it: what is spoken in a room that takes 1 s for 60 dB falls by half in 100 ms. */
const LATER_PER_DOUBLING_MS = 100;
/** The quietest stretch of this length in the last `NOISE_WINDOWS` of them is the room's noise. */
const NOISE_WINDOW_SAMPLES = 0.2 * HEARING_RATE;
const NOISE_WINDOWS = 50;
/** Fewer stretches without speech say nothing about the room. */
const LEAST_WINDOWS = 5;
/** Frames over which the delay of the network is taken at its least. */
const DELAY_FRAMES = 250;
/** Audio that comes this much later than the network's delay is not late: what was before it is lost. */
const LOST_MS = 500;

/** Counts, in received samples and to the sample, how long the caller has been silent. */
export interface SilenceClock {
  /**
   * @param atMs monotonic instant of arrival
   * @param speaking somebody speaks: these samples are no noise of the room
   */
  push(samples: Int16Array, atMs: number, speaking: boolean): void;
  /** Milliseconds of silence received since the last loud sample; Infinity before the first one. */
  silentMs(): number;
  /** Monotonic instant of the last loud sample; null before the first one. */
  lastLoudAtMs(): number | null;
  /** Number of the last loud sample; -1 before the first one. */
  lastLoud(): number;
  /** Samples received. */
  received(): number;
  /** The microphone is off: all is silent until the next samples come. */
  deafen(): void;
  isDeaf(): boolean;
}

export function createSilenceClock(): SilenceClock {
  let received = 0;
  let lastLoud = -1;
  let deaf = false;
  let lastLoudAtMs: number | null = null;
  let marginMs = 0;
  const noise = createNoiseFloor();
  let delays: number[] = [];

  return {
    push(samples, atMs, speaking) {
      deaf = false;
      const inNoise = NOISE_FACTOR * noise.level();
      const threshold = Math.max(LEAST_LOUD - noise.level(), inNoise);
      marginMs = LATER_PER_DOUBLING_MS * Math.max(0, Math.log2(inNoise / HIDING));
      if (!speaking) noise.push(samples);
      const delayMs = atMs - toMs(received + samples.length);
      if (delayMs - Math.min(...delays) > LOST_MS) delays = [];
      delays.push(delayMs);
      if (delays.length > DELAY_FRAMES) delays.shift();
      const index = samples.findLastIndex((sample) => Math.abs(sample) >= threshold);
      received += samples.length;
      if (index < 0) return;
      lastLoud = received - samples.length + index;
      lastLoudAtMs = Math.min(atMs, Math.min(...delays) + toMs(lastLoud + 1));
    },
    silentMs: () => (deaf || lastLoud < 0 ? Infinity : toMs(received - lastLoud - 1) - marginMs),
    lastLoudAtMs: () => lastLoudAtMs,
    lastLoud: () => lastLoud,
    isDeaf: () => deaf,
    received: () => received,
    deafen() {
      deaf = true;
      delays = [];
    },
  };
}

/** Peak of the quietest 200 ms of the last ten seconds. */
function createNoiseFloor(): { push(samples: Int16Array): void; level(): number } {
  const peaks: number[] = [];
  let peak = 0;
  let filled = 0;
  let level = 0;
  return {
    push(samples) {
      for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
      filled += samples.length;
      if (filled < NOISE_WINDOW_SAMPLES) return;
      peaks.push(peak);
      if (peaks.length > NOISE_WINDOWS) peaks.shift();
      level = peaks.length < LEAST_WINDOWS ? 0 : Math.min(...peaks);
      peak = 0;
      filled = 0;
    },
    level: () => level,
  };
}

function toMs(samples: number): number {
  return (samples / HEARING_RATE) * 1000;
}
