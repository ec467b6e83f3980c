import type { Box, Frame, Verdict } from "../../turn/turn.ts";
import type { CoachHint } from "../call-events.ts";

/** What the coach has to say after a frame. */
export interface Advice {
  /** What should change about the picture; null when it is well. */
  readonly hint: CoachHint | null;
  /** The hint is another one than after the frame before: show it. */
  readonly changed: boolean;
  /** It is also worth saying: the same hint was not due a moment ago. */
  readonly speak: boolean;
}

/** Watches the frames of one camera, and says when the picture should be another. */
export interface Coach {
  /** Takes the camera's frames in order of capture; a shared screen's are none of its business. */
  see(frame: Frame, verdict: Verdict): Advice;
  /** The camera is off, or another one. */
  reset(): void;
}

/** So many frames in a row must agree before a hint is given: at two a second, a second and a half. */
const AGREE_FRAMES = 3;
/** Faults that keep changing, such as dark and covered under a hand, are one all the same by then. */
const BAD_FRAMES = 5;
/** So many frames without its fault take a hint back. */
const WELL_FRAMES = 2;
/** The same hint is not spoken again this soon. */
const SILENT_MS = 20_000;

export function createCoach(): Coach {
  let hint: CoachHint | null = null;
  let candidate: CoachHint | null = null;
  let agreed = 0;
  let bad = 0;
  const spokenAtMs = new Map<CoachHint, number>();

  const isSettled = (): boolean => {
    if (candidate === null) return agreed >= WELL_FRAMES;
    return agreed >= AGREE_FRAMES || (hint === null && bad >= BAD_FRAMES);
  };

  return {
    see(frame, verdict) {
      if (frame.source === "screen") return { hint, changed: false, speak: false };
      const found = frame.quality.hint ?? (isCutOff(frame, verdict) ? "cut-off" : null);
      agreed = found === candidate ? agreed + 1 : 1;
      candidate = found;
      bad = found === null ? 0 : bad + 1;
      if (candidate === hint || !isSettled()) return { hint, changed: false, speak: false };
      hint = candidate;
      if (hint === null) return { hint, changed: true, speak: false };
      const speak = frame.capturedAtMs - (spokenAtMs.get(hint) ?? -Infinity) >= SILENT_MS;
      if (speak) spokenAtMs.set(hint, frame.capturedAtMs);
      return { hint, changed: true, speak };
    },
    reset() {
      hint = null;
      candidate = null;
      agreed = 0;
      bad = 0;
    },
  };
}

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
 * The largest thing that is shown reaches over the edge by its long side: a standing person at the left
 * or right, not one whose feet are below the picture.
 */
function isCutOff(frame: Frame, verdict: Verdict): boolean {
  const [main] = verdict.boxes
    .filter(({ label, score }) => SHOWN.has(label) && score >= SURE)
    .sort((a, b) => areaOf(b) - areaOf(a));
  if (!main || areaOf(main) < MAIN_SHARE * frame.width * frame.height) return false;
  return main.height >= main.width
    ? reachesOver(main.x, main.width, frame.width)
    : reachesOver(main.y, main.height, frame.height);
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
