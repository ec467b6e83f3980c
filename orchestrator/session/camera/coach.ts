import { cutOff } from "../../turn/cut-off.ts";
import type { Frame, Verdict } from "../../turn/turn.ts";
import type { CoachHint } from "../call-events.ts";

/** What the coach has to say after a frame. */
export interface Advice {
  /** What should change about the picture; null when it is well. */
  readonly hint: CoachHint | null;
  /** The hint is another one than after the frame before: show it. */
  readonly changed: boolean;
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

export function createCoach(): Coach {
  let hint: CoachHint | null = null;
  let candidate: CoachHint | null = null;
  let agreed = 0;
  let bad = 0;

  const isSettled = (): boolean => {
    if (candidate === null) return agreed >= WELL_FRAMES;
    return agreed >= AGREE_FRAMES || (hint === null && bad >= BAD_FRAMES);
  };

  return {
    see(frame, verdict) {
      if (frame.source === "screen") return { hint, changed: false };
      const found = frame.quality.hint ?? (cutOff(frame, verdict) === undefined ? null : "cut-off");
      agreed = found === candidate ? agreed + 1 : 1;
      candidate = found;
      bad = found === null ? 0 : bad + 1;
      if (candidate === hint || !isSettled()) return { hint, changed: false };
      hint = candidate;
      return { hint, changed: true };
    },
    reset() {
      hint = null;
      candidate = null;
      agreed = 0;
      bad = 0;
    },
  };
}
