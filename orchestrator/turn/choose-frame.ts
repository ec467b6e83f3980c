import { sleep } from "../lib/abortable.ts";
import { MAX_FRAME_AGE_MS } from "./clear-picture.ts";
import type { Camera } from "./ports.ts";
import type { Frame, FrameSource } from "./turn.ts";

/** Frames from this long before the end of the question may go with it. */
const BEFORE_END_MS = 800;
/** A frame this long after the end still shows what was asked about. */
const AFTER_END_MS = 100;
/** How long a fresh frame is waited for when none is at hand. */
const WAIT_MS = 300;

export type FrameChoiceReason = "photo" | "sharpest-near-end" | "newest-fresh" | "waited" | "no-camera";

export interface FrameChoice {
  readonly frame: Frame | undefined;
  readonly reason: FrameChoiceReason;
}

/**
 * The frame of the turn among those at hand: the sharpest near the end of the question, ties to the
 * newest, else the newest that is not stale. Never a stale frame.
 */
export function pickFrame(
  frames: readonly Frame[],
  endedAtMs: number,
  nowMs: number,
): FrameChoice | undefined {
  const photo = frames.findLast((frame) => frame.source === "photo");
  if (photo) return { frame: photo, reason: "photo" };
  const fresh = frames.filter((frame) => nowMs - frame.capturedAtMs <= MAX_FRAME_AGE_MS);
  const near = fresh.filter(
    ({ capturedAtMs }) =>
      capturedAtMs >= endedAtMs - BEFORE_END_MS && capturedAtMs <= endedAtMs + AFTER_END_MS,
  );
  const sharpest = near.reduce<Frame | undefined>(sharper, undefined);
  if (sharpest) return { frame: sharpest, reason: "sharpest-near-end" };
  const newest = fresh.findLast((frame) => frame.capturedAtMs >= endedAtMs);
  return newest && { frame: newest, reason: "newest-fresh" };
}

/** `pickFrame`, or the first frame that arrives within 300 ms, or none. */
export async function chooseFrame(
  camera: Camera,
  source: FrameSource | "any",
  options: { readonly endedAtMs: number; readonly now: () => number; readonly signal: AbortSignal },
): Promise<FrameChoice> {
  const atHand = pickFrame(camera.recent(source), options.endedAtMs, options.now());
  if (atHand) return atHand;
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
