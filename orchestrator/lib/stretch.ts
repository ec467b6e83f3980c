import { joinSamples } from "./samples.ts";

/** Makes speech faster or slower without changing its pitch. */
export interface Stretcher {
  push(samples: Int16Array): Int16Array;
  /** What is still inside; the stretcher is used up. */
  flush(): Int16Array;
}

/** Length of a piece that is copied as it is, in milliseconds: two periods of a deep voice. */
const FRAME_MS = 24;
/** How far a piece may be moved so that its waves meet those before it. */
const SEEK_MS = 10;
/** The waves are compared at every nth sample first, then exactly around the best place. */
const COARSE = 4;

/**
 * Creates a stretcher by WSOLA: overlapping pieces of the speech are laid closer together or further
 * apart, each where it fits best to the wave that went before. `factor` 2 is twice as fast.
 */
export function createStretcher(factor: number, sampleRate: number): Stretcher {
  const hop = Math.round((sampleRate * FRAME_MS) / 2000);
  const seek = Math.round((sampleRate * SEEK_MS) / 1000);
  const fadeIn = Float32Array.from(
    { length: hop },
    (_, index) => 0.5 - 0.5 * Math.cos((Math.PI * (index + 0.5)) / hop),
  );

  /** Input from `offset` on. */
  let input: Int16Array = new Int16Array();
  let offset = 0;
  let received = 0;
  let produced = 0;
  /** Where the input goes on from the last piece that was laid. */
  let follow = 0;
  let frame = 0;
  let pieces: Int16Array[] = [];

  const at = (position: number): number => input[position - offset] ?? 0;

  const likeness = (position: number, step: number): number => {
    let product = 0;
    let power = 1;
    for (let index = 0; index < hop; index += step) {
      const sample = at(position + index);
      product += sample * at(follow + index);
      power += sample * sample;
    }
    return product / Math.sqrt(power);
  };
  const bestNear = (centre: number, reach: number, step: number): number => {
    let best = centre;
    let most = -Infinity;
    for (let position = Math.max(0, centre - reach); position <= centre + reach; position += step) {
      const value = likeness(position, step);
      if (value > most) [best, most] = [position, value];
    }
    return best;
  };
  /** Lays the next hop: the wave goes on from the piece before and fades into the best new place. */
  const lay = (): void => {
    const wanted = Math.round(frame * hop * factor);
    const place = frame === 0 ? 0 : bestNear(bestNear(wanted, seek, COARSE), COARSE - 1, 1);
    const out = new Int16Array(hop);
    for (let index = 0; index < hop; index++) {
      const gain = fadeIn[index] ?? 1;
      out[index] = Math.round(at(follow + index) * (1 - gain) + at(place + index) * gain);
    }
    pieces.push(out);
    produced += hop;
    follow = place + hop;
    frame += 1;
    const needed = Math.min(follow, Math.round(frame * hop * factor) - seek - COARSE);
    if (needed > offset) {
      input = input.slice(needed - offset);
      offset = needed;
    }
  };
  const take = (): Int16Array => {
    const out = joinSamples(pieces);
    pieces = [];
    return out;
  };
  const reaches = (): number =>
    Math.max(follow + hop, Math.round(frame * hop * factor) + seek + COARSE + hop);

  return {
    push(samples) {
      input = joinSamples([input, samples]);
      received += samples.length;
      while (reaches() <= received) lay();
      return take();
    },
    flush() {
      const wanted = Math.round(received / factor);
      while (produced < wanted) lay();
      const out = take();
      return out.subarray(0, Math.max(0, out.length - (produced - wanted))).slice();
    },
  };
}
