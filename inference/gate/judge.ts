import type { Picture } from "./picture.ts";
import type { Box } from "./rows.ts";
import type { Sighting } from "./sight.ts";

/** `stream`: one of many frames, cheap. `photo`: asked about once, so that more looks are worth it. */
export type JudgeMode = "stream" | "photo";

/** The gate's word on one picture. Anything but `clear` counts as a person. */
export interface Judgement {
  readonly verdict: "clear" | "person" | "unknown";
  readonly reason:
    | "no-person"
    | "person-detected"
    | "person-on-second-look"
    | "uncertain"
    | "gate-unready"
    | "gate-busy"
    | "superseded";
  /** Highest person score over all looks; null when none was taken. */
  readonly score: number | null;
  /** In the pixels of the upright picture. */
  readonly boxes: readonly Box[];
}

/** Takes one look at a picture, its long side scaled to so many pixels. */
export type Look = (picture: Picture, longSide: number) => Promise<Sighting>;

/** A score from here on is a person. */
export const PERSON = 0.2;
/** A score from here on deserves a second look. */
export const UNCERTAIN = 0.1;
const FIRST_LONG_SIDE = 640;
const SECOND_LONG_SIDE = 416;

export async function judgePicture(picture: Picture, mode: JudgeMode, look: Look): Promise<Judgement> {
  const first = await look(picture, FIRST_LONG_SIDE);
  if (first.score >= PERSON) return { verdict: "person", reason: "person-detected", ...first };
  if (first.score < UNCERTAIN && mode === "stream")
    return { verdict: "clear", reason: "no-person", ...first };
  const second = await look(picture, SECOND_LONG_SIDE);
  const score = Math.max(first.score, second.score);
  if (second.score >= PERSON)
    return { verdict: "person", reason: "person-on-second-look", score, boxes: second.boxes };
  return { verdict: "clear", reason: "no-person", score, boxes: first.boxes };
}
