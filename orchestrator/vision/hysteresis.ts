import { isGateDown } from "../turn/gate-down.ts";
import type { Verdict } from "../turn/turn.ts";

/** A person seen this recently is still there, whatever the detector says now. */
const PERSON_LASTS_MS = 1500;
/** So many frames in a row must be clear before a person is believed to be gone … */
const CLEAR_FRAMES = 3;
/** … over at least so long. */
const CLEAR_FOR_MS = 1000;

/** What a stream remembers from frame to frame. */
export interface StreamState {
  /** Nothing was judged since the camera came on or changed. */
  readonly isFirst: boolean;
  /** Capture of the newest frame with a person, until that person is believed to be gone. */
  readonly personAtMs: number | null;
  /** Clear frames in a row since then, and when the first of them was captured. */
  readonly clearFrames: number;
  readonly clearSinceMs: number;
}

export const NEW_STREAM: StreamState = { isFirst: true, personAtMs: null, clearFrames: 0, clearSinceMs: 0 };

/**
 * A detector blinks; a person does not. A clear frame stays `person` until 1.5 s after the last frame
 * with a person and until three frames in a row, over a second, were clear; the first frame after a
 * change that the gate looked at is `unknown`. A word other than `clear` is never made better (reference of the gate, §8.4).
 */
export function steady(
  state: StreamState,
  verdict: Verdict,
  capturedAtMs: number,
): { readonly state: StreamState; readonly verdict: Verdict } {
  const { personAtMs } = state;
  switch (verdict.value) {
    case "person":
      return {
        verdict,
        state: { ...NEW_STREAM, isFirst: false, personAtMs: Math.max(personAtMs ?? -Infinity, capturedAtMs) },
      };
    case "unknown":
      return {
        verdict,
        state: { ...state, isFirst: state.isFirst && isGateDown(verdict.reason), clearFrames: 0 },
      };
    case "clear":
      break;
  }
  if (state.isFirst) {
    return {
      verdict: { ...verdict, value: "unknown", reason: "first-frame" },
      state: { ...state, isFirst: false },
    };
  }
  if (personAtMs === null) return { verdict, state };
  const clearFrames = state.clearFrames + 1;
  const clearSinceMs = state.clearFrames === 0 ? capturedAtMs : state.clearSinceMs;
  const gone =
    capturedAtMs - personAtMs > PERSON_LASTS_MS &&
    clearFrames >= CLEAR_FRAMES &&
    capturedAtMs - clearSinceMs >= CLEAR_FOR_MS;
  if (gone) return { verdict, state: { ...NEW_STREAM, isFirst: false } };
  return {
    verdict: { ...verdict, value: "person", reason: "person-moments-ago" },
    state: { ...state, clearFrames, clearSinceMs },
  };
}
