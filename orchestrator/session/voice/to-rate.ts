import { AudioFrame, AudioResampler } from "@livekit/rtc-node";
import type { Pcm } from "../../lib/pcm.ts";

/** A short sound at another sample rate. */
export function toRate(sound: Pcm, sampleRate: number): Pcm {
  if (sound.sampleRate === sampleRate) return sound;
  const resampler = new AudioResampler(sound.sampleRate, sampleRate, 1);
  const frame = new AudioFrame(sound.samples, sound.sampleRate, 1, sound.samples.length);
  const pieces = [...resampler.push(frame), ...resampler.flush()].map(({ data }) => data);
  resampler.close();
  const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return { samples, sampleRate };
}
