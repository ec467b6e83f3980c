import type { Frame } from "./turn.ts";

/** Cells of a scene: mean luma of a grid of this many columns and rows. */
export const SCENE_COLUMNS = 80;
export const SCENE_ROWS = 60;

/**
 * What two frames of a still camera may differ by, in levels of luma (0–255): on average, and in a cell,
 * of which a few may be odd. The noise of a sensor and of compression, averaged over the 64 pixels of a
 * cell of 640×480, stays far below; somebody who enters covers dozens of cells, another digit on a
 * display half a dozen.
 */
const MEAN_DIFFERENCE = 2;
const CELL_DIFFERENCE = 14;
const ODD_CELLS = 2;

/** Mean luma of each cell of a plane of `width` × `height` bytes, row by row. */
export function sceneOf(luma: Uint8Array, width: number, height: number): Uint8Array {
  const scene = new Uint8Array(SCENE_COLUMNS * SCENE_ROWS);
  for (let row = 0, cell = 0; row < SCENE_ROWS; row++) {
    const [top, bottom] = span(row, SCENE_ROWS, height);
    for (let column = 0; column < SCENE_COLUMNS; column++, cell++) {
      const [left, right] = span(column, SCENE_COLUMNS, width);
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += luma[y * width + x] ?? 0;
      }
      scene[cell] = Math.round(sum / ((bottom - top) * (right - left)));
    }
  }
  return scene;
}

/** Whether two frames show the same: of one source, upright alike, and alike in every cell. */
export function isSameScene(one: Frame, other: Frame): boolean {
  if (one === other) return true;
  if (one.source !== other.source || one.width !== other.width || one.height !== other.height) return false;
  let sum = 0;
  let odd = 0;
  for (let cell = 0; cell < one.scene.length; cell++) {
    const difference = Math.abs((one.scene[cell] ?? 0) - (other.scene[cell] ?? 0));
    if (difference > CELL_DIFFERENCE) odd += 1;
    sum += difference;
  }
  return odd <= ODD_CELLS && sum <= MEAN_DIFFERENCE * one.scene.length;
}

/** The pixels of the `nth` of `count` parts, at least one. */
function span(nth: number, count: number, length: number): readonly [from: number, to: number] {
  const from = Math.min(length - 1, Math.floor((nth * length) / count));
  return [from, Math.max(from + 1, Math.floor(((nth + 1) * length) / count))];
}
