import type { Pcm } from "../../lib/pcm.ts";
import { createResampler } from "../../lib/resample.ts";
import { joinSamples } from "../../lib/samples.ts";

/** A short sound at another sample rate. */
export function toRate(sound: Pcm, sampleRate: number): Pcm {
  if (sound.sampleRate === sampleRate) return sound;
  const resampler = createResampler(sound.sampleRate, sampleRate);
  return { samples: joinSamples([resampler.push(sound.samples), resampler.flush()]), sampleRate };
}
