import type { Detector } from "./detector.ts";
import { type InputSize, letterbox, toInputSize } from "./letterbox.ts";
import type { Picture } from "./picture.ts";
import { type Box, toBoxes, toPersonScore } from "./rows.ts";

/** What one inference found. */
export interface Sighting {
  /** Highest person score, 0–1. */
  readonly score: number;
  /** In the pixels of the picture as it was shown. */
  readonly boxes: readonly Box[];
}

/** Boxes below this score name things that are not there. */
const MIN_BOX_SCORE = 0.2;

/** One look at a picture at the size `longSide`; the caller keeps looks from overlapping. */
export function createSight(detector: Detector): (picture: Picture, longSide: number) => Promise<Sighting> {
  return async (picture, longSide) => {
    const size = toInputSize(picture.width, picture.height, longSide);
    const input = toInput(size);
    letterbox(picture, size, input);
    const rows = await detector.detect(input, size);
    const score = toPersonScore(rows);
    if (!(score >= 0 && score <= 1)) throw new Error("model answers no scores between 0 and 1");
    return { score, boxes: toBoxes(rows, size, picture, MIN_BOX_SCORE) };
  };
}

let scratch = new Float32Array(0);

/** One buffer for all looks: a fresh one of 3 MB for each would only be work for the collector. */
function toInput(size: InputSize): Float32Array {
  const length = 3 * size.width * size.height;
  if (scratch.length < length) scratch = new Float32Array(length);
  return scratch.subarray(0, length);
}
