import type { Ending, Live } from "./live.ts";
import { heardUntil, textOf } from "./words-heard.ts";

/** The end of a resampled sound may lie this much before that of its last word. */
const WORD_END_MS = 40;

/** What was heard of an answer that is over. */
export function toEnding(
  live: Live,
  how: { readonly playedMs: number; readonly interrupted: boolean },
): Ending {
  const { interrupted } = how;
  const read = live.readOnly || (!interrupted && live.startedAtMs === null);
  if (read) return { text: live.startedAtMs === null && interrupted ? "" : textSoFar(live), interrupted };
  const playedMs = how.playedMs + (interrupted ? 0 : WORD_END_MS);
  return { text: textOf(heardUntil(live.answer.words, playedMs)), interrupted };
}

/** All that was written of it so far, heard or not. */
export function textSoFar({ answer }: Live): string {
  return answer.text.items.join("");
}
