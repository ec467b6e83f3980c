import type { Detector } from "./detector.ts";
import { drawFigure, drawRoom } from "./figure.ts";
import { createSight } from "./sight.ts";

/** Size of the fixed pictures in pixels, and so of the looks at them. */
const WIDTH = 416;
const HEIGHT = 256;
/** The figure scores above 0.85 with the shipped weights, the empty room below 0.01. */
const FIGURE_SCORE = 0.5;
const ROOM_SCORE = 0.1;

/** Judges two fixed pictures, one with a person; says what is wrong, or undefined when all is well. */
export async function checkDetector(detector: Detector): Promise<string | undefined> {
  const look = createSight(detector);
  const figure = await look(drawFigure(WIDTH, HEIGHT), { longSide: WIDTH });
  const inTheMiddle = figure.boxes.some(
    ({ label, x, width }) => label === "person" && Math.abs(x + width / 2 - WIDTH / 2) < WIDTH / 8,
  );
  if (figure.score < FIGURE_SCORE || !inTheMiddle)
    return `fixed picture with a person scored ${figure.score.toFixed(2)}; expected at least ${FIGURE_SCORE}`;
  const room = await look(drawRoom(WIDTH, HEIGHT), { longSide: WIDTH });
  if (room.score > ROOM_SCORE)
    return `fixed picture without a person scored ${room.score.toFixed(2)}; expected at most ${ROOM_SCORE}`;
  return undefined;
}
