import { cutOff } from "./cut-off.ts";
import type { Language } from "./language.ts";
import { noticesIn } from "./notices.ts";
import type { Frame, PastTurn, QualityHint, Verdict } from "./turn.ts";

/** Below this deviation of luma (0–255) a dark picture shows nothing at all: no lamp, no window. */
const NOTHING_DEVIATION = 8;
/** What was said in one of so many turns before is not said again. */
const NOT_AGAIN_TURNS = 3;

/** Whether no model could see anything in the picture: the caller is told so instead of asking one. */
export function showsNothing({ source, quality }: Pick<Frame, "source" | "quality">): boolean {
  if (source === "screen") return false;
  if (quality.hint === "too-bright") return true;
  return quality.hint === "too-dark" && quality.deviation < NOTHING_DEVIATION;
}

/**
 * What the caller should change about the picture, to be said before a model's answer; empty
 * when there is nothing, or when it was said a moment ago.
 */
export function adviceOn(
  seen: { readonly frame: Frame; readonly verdict: Verdict },
  options: {
    readonly history: readonly PastTurn[];
    readonly language: Language;
    /** Somebody who passes at the edge is not what every question is about. */
    readonly peopleAsked: boolean;
  },
): string {
  const { history, language, peopleAsked } = options;
  const hint = hintOn(seen.frame, seen.verdict, peopleAsked);
  if (hint === null) return "";
  const advice = noticesIn(language)[hint];
  const recent = history.slice(-NOT_AGAIN_TURNS);
  return recent.some(({ answer }) => answer.startsWith(advice)) ? "" : advice;
}

/** A photo is what it is; a camera can be moved. */
function hintOn(frame: Frame, verdict: Verdict, peopleAsked: boolean): QualityHint | "cut-off" | null {
  if (frame.source === "screen") return null;
  if (frame.quality.hint !== null) return frame.quality.hint;
  const cut = frame.source === "camera" ? cutOff(frame, verdict) : undefined;
  return cut === undefined || (cut === "person" && !peopleAsked) ? null : "cut-off";
}
