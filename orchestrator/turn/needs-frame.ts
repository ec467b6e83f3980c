import type { FrameNeed, PastTurn } from "./turn.ts";

/** Whether an English question needs the camera, and why. */
export function needsFrame(question: string, history: readonly PastTurn[]): FrameNeed {
  const value = question.trim() !== "" && history.length >= 0;
  return { value, reason: value ? "unclear" : "empty", reading: false, screen: false };
}
