import type { Detector } from "./detector.ts";
import { type InputSize, letterbox, toInputSize } from "./letterbox.ts";
import type { Picture } from "./picture.ts";
import { type Box, toBoxes, toPersonScore } from "./rows.ts";
import { fromView, toView, type View } from "./views.ts";

/** What one inference found. */
export interface Sighting {
  /** Highest person score, 0–1. */
  readonly score: number;
  /** In the pixels of the upright picture. */
  readonly boxes: readonly Box[];
}

/** Boxes below this score name things that are not there. */
const MIN_BOX_SCORE = 0.2;

/** Looks at pictures with a detector; the caller keeps looks from overlapping. */
export function createSight(detector: Detector): (picture: Picture, view: View) => Promise<Sighting> {
  return async (picture, view) => {
    const shown = toView(picture, view);
    const size = toInputSize(shown.width, shown.height, view.longSide);
    const input = toInput(size);
    letterbox(shown, size, input);
    const rows = await detector.detect(input, size);
    const score = toPersonScore(rows);
    if (!(score >= 0 && score <= 1)) throw new Error("model answers no scores between 0 and 1");
    const boxes = toBoxes(rows, size, shown, MIN_BOX_SCORE).map((box) => fromView(box, view, picture));
    return { score, boxes };
  };
}

let scratch = new Float32Array(0);

/** One buffer for all looks: a fresh one of 3 MB for each would only be work for the collector. */
function toInput(size: InputSize): Float32Array {
  const length = 3 * size.width * size.height;
  if (scratch.length < length) scratch = new Float32Array(length);
  return scratch.subarray(0, length);
}
