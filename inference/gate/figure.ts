import type { Picture } from "./picture.ts";

type Colour = readonly [number, number, number];
type Point = readonly [number, number];

const WALL: Colour = [200, 200, 200];
const FLOOR: Colour = [120, 110, 90];
const SKIN: Colour = [220, 170, 140];
const HAIR: Colour = [60, 40, 30];
const TROUSERS: Colour = [40, 60, 90];
const SHOES: Colour = [20, 20, 20];
/** The colour that the tests' own tiny detector takes for a person. */
const COAT: Colour = [255, 0, 255];

/** A room with nobody in it, drawn by code. */
export function drawRoom(width: number, height: number): Picture {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rgb.set(y < 0.8 * height ? WALL : FLOOR, 3 * (y * width + x));
  return { rgb, width, height };
}

/**
 * The same room with somebody standing in the middle, over most of its height. The drawing is plain
 * enough to be nobody's picture and good enough for a detector to score it above 0.8.
 */
export function drawFigure(width: number, height: number): Picture {
  const room = drawRoom(width, height);
  const unit = height / 256;
  const at = ([x, y]: Point): Point => [width / 2 + x * unit, (20 + y) * unit];
  const shape = (colour: Colour, points: readonly Point[]): void => fill(room, points.map(at), colour);
  const oval = (colour: Colour, [x, y]: Point, [across, down]: Point): void =>
    shape(
      colour,
      Array.from({ length: 32 }, (_, step): Point => {
        const angle = (step * Math.PI) / 16;
        return [x + across * Math.cos(angle), y + down * Math.sin(angle)];
      }),
    );
  const both = (colour: Colour, points: readonly Point[]): void => {
    shape(colour, points);
    shape(
      colour,
      points.map(([x, y]): Point => [-x, y]),
    );
  };
  oval(HAIR, [0, 14], [12, 15]);
  oval(SKIN, [0, 18], [10, 13]);
  both(SKIN, [
    [0, 28],
    [5, 28],
    [6, 38],
    [0, 38],
  ]);
  both(COAT, [
    [0, 36],
    [8, 36],
    [26, 42],
    [20, 110],
    [0, 110],
  ]);
  both(COAT, [
    [26, 42],
    [18, 44],
    [24, 80],
    [30, 112],
    [38, 110],
    [34, 78],
  ]);
  oval(SKIN, [-35, 117], [5, 7]);
  oval(SKIN, [35, 117], [5, 7]);
  both(TROUSERS, [
    [0, 108],
    [20, 108],
    [18, 160],
    [16, 205],
    [4, 205],
    [1, 130],
    [0, 130],
  ]);
  oval(SHOES, [-11, 209], [10, 5]);
  oval(SHOES, [11, 209], [10, 5]);
  return room;
}

/** Paints the pixels whose centres lie inside a polygon (even-odd rule). */
function fill(picture: Picture, points: readonly Point[], colour: Colour): void {
  for (let y = 0; y < picture.height; y++) {
    const crossings: number[] = [];
    points.forEach(([x1, y1], index) => {
      const [x2, y2] = points[(index + 1) % points.length] ?? [x1, y1];
      if (y1 > y + 0.5 !== y2 > y + 0.5) crossings.push(x1 + ((y + 0.5 - y1) / (y2 - y1)) * (x2 - x1));
    });
    crossings.sort((a, b) => a - b);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, Math.ceil((crossings[pair] ?? 0) - 0.5));
      const to = Math.min(picture.width - 1, Math.floor((crossings[pair + 1] ?? 0) - 0.5));
      for (let x = from; x <= to; x++) picture.rgb.set(colour, 3 * (y * picture.width + x));
    }
  }
}
