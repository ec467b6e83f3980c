import { COCO_LABELS } from "./coco-labels.ts";
import { ROW } from "./detector.ts";
import { type InputSize, toScale } from "./letterbox.ts";

/** A detection; `x`, `y` are its top left corner, in pixels of the picture. */
export interface Box {
  readonly label: string;
  /** 0–1. */
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const STRIDES = [8, 16, 32] as const;
const OBJECTNESS = 4;
const PERSON = 5;

/** Highest person score of all rows: objectness × class 0, both already between 0 and 1; NaN if any is. */
export function toPersonScore(rows: Float32Array): number {
  let best = 0;
  for (let row = 0; row + ROW <= rows.length; row += ROW) {
    const score = (rows[row + OBJECTNESS] ?? 0) * (rows[row + PERSON] ?? 0);
    if (Number.isNaN(score)) return Number.NaN;
    if (score > best) best = score;
  }
  return best;
}

/**
 * The boxes of all classes that score at least `minScore`, best first, those that cover the same
 * thing removed. Rows come stride by stride and row-major: centre `(v + cell) · stride`, size
 * `exp(v) · stride`.
 */
export function toBoxes(
  rows: Float32Array,
  size: InputSize,
  picture: { readonly width: number; readonly height: number },
  minScore: number,
): readonly Box[] {
  const scale = toScale(picture, size);
  const found: Box[] = [];
  let row = 0;
  for (const stride of STRIDES) {
    const columns = Math.floor(size.width / stride);
    const lines = Math.floor(size.height / stride);
    for (let cell = 0; cell < columns * lines; cell++, row += ROW) {
      const objectness = rows[row + OBJECTNESS] ?? 0;
      if (objectness < minScore) continue;
      const [best, likelihood] = bestClass(rows, row + PERSON);
      const score = objectness * likelihood;
      if (score < minScore) continue;
      const width = (Math.exp(rows[row + 2] ?? 0) * stride) / scale;
      const height = (Math.exp(rows[row + 3] ?? 0) * stride) / scale;
      const centreX = (((rows[row] ?? 0) + (cell % columns)) * stride) / scale;
      const centreY = (((rows[row + 1] ?? 0) + Math.floor(cell / columns)) * stride) / scale;
      const box = clip(centreX - width / 2, centreY - height / 2, width, height, picture);
      if (box.width > 0 && box.height > 0) found.push({ label: COCO_LABELS[best] ?? "thing", score, ...box });
    }
  }
  return withoutDoubles(found);
}

/** Overlap, as a share of the union, above which two boxes of one class are the same thing. */
const SAME_THING = 0.45;
/** More things than this help nobody, and removing doubles costs their square. */
const MAX_BOXES = 100;

/** Keeps the best of every group of boxes of one class that overlap; best first. */
export function withoutDoubles(boxes: readonly Box[]): readonly Box[] {
  const kept: Box[] = [];
  for (const box of [...boxes].sort((a, b) => b.score - a.score)) {
    if (kept.length === MAX_BOXES) break;
    if (!kept.some((other) => other.label === box.label && overlap(other, box) > SAME_THING)) kept.push(box);
  }
  return kept;
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function bestClass(rows: Float32Array, from: number): readonly [number, number] {
  let best = 0;
  for (let index = 1; index < COCO_LABELS.length; index++)
    if ((rows[from + index] ?? 0) > (rows[from + best] ?? 0)) best = index;
  return [best, rows[from + best] ?? 0];
}

function clip(
  x: number,
  y: number,
  width: number,
  height: number,
  picture: { readonly width: number; readonly height: number },
): Pick<Box, "x" | "y" | "width" | "height"> {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  return {
    x: left,
    y: top,
    width: Math.min(picture.width, x + width) - left,
    height: Math.min(picture.height, y + height) - top,
  };
}
