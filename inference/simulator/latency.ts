import type { LatencyProfile } from "./profiles.ts";
import { createRandom, gaussian } from "./random.ts";

/** What one engine step computes. */
export interface StepWork {
  /** Prompt tokens that were not in the cache. */
  readonly prefillTokens: number;
  /** Patches of each picture that the vision encoder must see. */
  readonly pictures: readonly number[];
  /** Requests in the step. */
  readonly running: number;
}

/** Durations in milliseconds, jittered by a seeded generator. */
export interface Latency {
  /** Everything before the queue but the pictures. */
  front(): number;
  /** One picture's decoding and preprocessing, of a picture of so many pixels. */
  picture(pixels: number): number;
  step(work: StepWork): number;
}

const ENCODER_WIDTH = 1280;
const ENCODER_LAYERS = 32;
const MOST_JITTER = 0.7;

/** The latency model of a profile: `TTFT = queue + pictures + fixed + vision + tokens`, then one step a token. */
export function createLatency(profile: LatencyProfile, maxNumSeqs: number, seed: number): Latency {
  const random = createRandom(seed);
  const jittered = (ms: number): number => {
    if (ms === 0 || profile.jitter === 0) return ms;
    const drawn = gaussian(random) * profile.jitter;
    return ms * (1 + Math.max(-MOST_JITTER, Math.min(MOST_JITTER, drawn)));
  };
  return {
    front: () => jittered(Math.max(0, profile.fixedMs - profile.itlMs)),
    picture: (pixels) => jittered(profile.pictureMs + (profile.perMegapixelMs * pixels) / 1e6),
    step(work) {
      const load = 1 + ((profile.fullLoadFactor - 1) * (work.running - 1)) / Math.max(1, maxNumSeqs - 1);
      let ms = profile.itlMs * load + profile.perTokenMs * work.prefillTokens;
      for (const patches of work.pictures) ms += visionFlop(patches) / (profile.visionTflops * 1e9);
      return jittered(ms);
    },
  };
}

/** FLOP of Qwen2-VL's vision encoder: projections linear, attention quadratic in the patches. */
export function visionFlop(patches: number): number {
  return ENCODER_LAYERS * (24 * ENCODER_WIDTH ** 2 * patches + 4 * patches ** 2 * ENCODER_WIDTH);
}
