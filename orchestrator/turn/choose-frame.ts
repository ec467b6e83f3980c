import { sleep } from "../lib/abortable.ts";
import { MAX_FRAME_AGE_MS } from "./clear-picture.ts";
import type { Camera } from "./ports.ts";
import { isSameScene } from "./scene.ts";
import type { Frame, FrameSource } from "./turn.ts";

/** Frames from this long before the end of the question may go with it. */
export const BEFORE_END_MS = 800;
/** A frame this long after the end still shows what was asked about. */
const AFTER_END_MS = 100;
/**
 * How long a fresh frame is waited for when none is at hand: a camera that is on and slow, of one frame
 * a second, is not off.
 */
const WAIT_MS = 1100;

export type FrameChoiceReason =
  | "photo"
  | "sharpest-near-end"
  | "newest-fresh"
  | "warm-fresh"
  | "warm-same-scene"
  | "waited"
  | "no-camera";

export interface FrameChoice {
  readonly frame: Frame | undefined;
  readonly reason: FrameChoiceReason;
}

/**
 * The frame of the turn among those at hand: the sharpest near the end of the question, ties to the
 * newest, else the newest that is not stale. Never a stale frame. Of those near the end, one that the
 * gate has judged comes before one that the turn would have to wait for.
 *
 * @param likely what is meant when both a camera and a screen can be seen: a screen is the sharper always
 */
export function pickFrame(
  frames: readonly Frame[],
  endedAtMs: number,
  nowMs: number,
  isJudged: (frame: Frame) => boolean = () => false,
  likely: FrameSource = "camera",
): FrameChoice | undefined {
  const photo = frames.findLast((frame) => frame.source === "photo");
  if (photo) return { frame: photo, reason: "photo" };
  const meant = frames.filter(({ source }) => source === likely);
  return pickCaptured(meant, endedAtMs, nowMs, isJudged) ?? pickCaptured(frames, endedAtMs, nowMs, isJudged);
}

function pickCaptured(
  frames: readonly Frame[],
  endedAtMs: number,
  nowMs: number,
  isJudged: (frame: Frame) => boolean,
): FrameChoice | undefined {
  const fresh = frames.filter((frame) => nowMs - frame.capturedAtMs <= MAX_FRAME_AGE_MS);
  const near = fresh.filter(
    ({ capturedAtMs }) =>
      capturedAtMs >= endedAtMs - BEFORE_END_MS && capturedAtMs <= endedAtMs + AFTER_END_MS,
  );
  const judged = near.filter(isJudged);
  const sharpest = (judged.length > 0 ? judged : near).reduce<Frame | undefined>(sharper, undefined);
  if (sharpest) return { frame: sharpest, reason: "sharpest-near-end" };
  const newest = fresh.findLast((frame) => frame.capturedAtMs >= endedAtMs);
  return newest && { frame: newest, reason: "newest-fresh" };
}

/** A warm frame may be this much less sharp than the one that would have been taken. */
const WARM_SHARPNESS = 0.7;

/**
 * The rule of warmth against freshness: the frame whose prefix is warm goes with the question when it
 * is nearly as sharp as the one chosen without regard to it, and either is itself fresh, near the end of
 * the question, or shows the same scene as that fresh one.
 */
export function preferWarm(
  choice: FrameChoice,
  warm: Frame | undefined,
  { endedAtMs, nowMs }: { readonly endedAtMs: number; readonly nowMs: number },
): FrameChoice {
  const { frame } = choice;
  if (!frame || !warm || frame.source !== warm.source) return choice;
  if (warm.quality.sharpness < WARM_SHARPNESS * frame.quality.sharpness) return choice;
  const isFresh =
    nowMs - warm.capturedAtMs <= MAX_FRAME_AGE_MS && warm.capturedAtMs >= endedAtMs - BEFORE_END_MS;
  if (isFresh) return { frame: warm, reason: "warm-fresh" };
  return isSameScene(warm, frame) ? { frame: warm, reason: "warm-same-scene" } : choice;
}

/**
 * Whether a frame that was chosen for an earlier end of the question goes with a later one too: it is a
 * photo, is near the new end, or shows the same scene as the frame that would be taken now.
 */
export function goesWith(
  frame: Frame,
  camera: Camera,
  { endedAtMs, nowMs }: { readonly endedAtMs: number; readonly nowMs: number },
): boolean {
  if (frame.source === "photo" || frame.capturedAtMs >= endedAtMs - BEFORE_END_MS) return true;
  const now = pickFrame(camera.recent(frame.source), endedAtMs, nowMs)?.frame;
  return now !== undefined && isSameScene(frame, now);
}

/** `pickFrame`, or the first frame that arrives in time, or none. */
export async function chooseFrame(
  camera: Camera,
  source: FrameSource | "any",
  options: {
    readonly endedAtMs: number;
    readonly now: () => number;
    readonly signal: AbortSignal;
    /** The frame whose prefix is warm; it is one of the camera's present track. */
    readonly warm?: Frame | undefined;
    /** What is meant when both a camera and a screen can be seen. Default: the camera. */
    readonly likely?: FrameSource;
  },
): Promise<FrameChoice> {
  const isJudged = (frame: Frame): boolean => camera.isJudged?.(frame) ?? false;
  const atHand = pickFrame(camera.recent(source), options.endedAtMs, options.now(), isJudged, options.likely);
  if (atHand) {
    const { endedAtMs, warm } = options;
    return preferWarm(atHand, warm, { endedAtMs, nowMs: options.now() });
  }
  const waiting = new AbortController();
  const signal = AbortSignal.any([options.signal, waiting.signal]);
  try {
    const frame = await Promise.race([
      camera.next(options.endedAtMs - BEFORE_END_MS, signal),
      sleep(WAIT_MS, signal).then(() => undefined),
    ]);
    return frame && shows(frame, source)
      ? { frame, reason: "waited" }
      : { frame: undefined, reason: "no-camera" };
  } finally {
    waiting.abort();
  }
}

/** A camera does not show the screen that was asked about; a photo may. */
function shows(frame: Frame, source: FrameSource | "any"): boolean {
  return source === "any" || frame.source === source || frame.source === "photo";
}

function sharper(best: Frame | undefined, frame: Frame): Frame {
  return best && best.quality.sharpness > frame.quality.sharpness ? best : frame;
}
