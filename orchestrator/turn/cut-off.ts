import type { Box, Frame, Verdict } from "./turn.ts";

/** From this score on a box is believed to be what it says. */
const SURE = 0.5;
/** Smaller than this share of the picture, it is not what is shown. */
const MAIN_SHARE = 0.05;
/** As near as this share of the picture's side, a box touches its edge. */
const TOUCH_SHARE = 0.01;
/** Wider or taller than this share of the picture, moving the camera sideways shows no more of it. */
const FILLS_SHARE = 0.8;
/** What people hold up to a camera, and people; streets and furniture are always cut off somewhere. */
const SHOWN: ReadonlySet<string> = new Set(
  "person,cat,dog,bottle,wine glass,cup,bowl,book,cell phone,remote,laptop,keyboard,clock,vase,teddy bear,backpack,handbag,stop sign".split(
    ",",
  ),
);

/**
 * What the largest thing that is shown is, when it reaches over the edge by its long side: a standing
 * person at the left or right, not one whose feet are below the picture. Undefined: all of it is there.
 */
export function cutOff(
  { width, height }: Pick<Frame, "width" | "height">,
  { boxes }: Pick<Verdict, "boxes">,
): string | undefined {
  const [main] = boxes
    .filter(({ label, score }) => SHOWN.has(label) && score >= SURE)
    .sort((a, b) => areaOf(b) - areaOf(a));
  if (!main || areaOf(main) < MAIN_SHARE * width * height) return undefined;
  const isCut =
    main.height >= main.width
      ? reachesOver(main.x, main.width, width)
      : reachesOver(main.y, main.height, height);
  return isCut ? main.label : undefined;
}

/** Touches one of two opposite edges, and does not fill what lies between them. */
function reachesOver(from: number, length: number, side: number): boolean {
  const touch = TOUCH_SHARE * side;
  const touches = from <= touch || from + length >= side - touch;
  return touches && length < FILLS_SHARE * side;
}

function areaOf({ width, height }: Box): number {
  return width * height;
}
