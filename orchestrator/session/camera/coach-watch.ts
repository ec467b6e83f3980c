import type { FrameRing } from "../../vision/ring.ts";
import type { CallEvent } from "../call-events.ts";
import { createCoach } from "./coach.ts";
import type { Notices } from "../voice/notices.ts";

/** As often as frames are kept while nobody speaks. */
const EVERY_MS = 500;

/**
 * Watches the camera of a call and tells what should change about its picture, and whether a screen is
 * shared; returns how to end it.
 */
export function watchCamera(options: {
  readonly ring: FrameRing;
  readonly notices: Notices;
  readonly emit: (event: CallEvent) => void;
  /** The camera was on, and shows nothing any more. */
  readonly onDark: () => void;
  /** What two looks in a row agree on: a track that is only replaced is not gone. */
  readonly onScreen: (isOn: boolean) => void;
}): () => void {
  const { ring, notices, emit, onDark, onScreen } = options;
  const coach = createCoach();
  const ended = new AbortController();
  let seen: string | undefined;
  let hinted = false;
  let hadScreen = false;

  const look = async (): Promise<void> => {
    const frame = ring.recent("camera").at(-1);
    if (!frame) return dark();
    if (frame.id === seen) return;
    seen = frame.id;
    const verdict = await ring.gate(frame, ended.signal);
    if (ended.signal.aborted) return;
    const { hint, changed } = coach.see(frame, verdict);
    if (!changed) return;
    hinted = hint !== null;
    emit({ type: "hint", hint, text: hint === null ? "" : notices.text(hint) });
  };

  const dark = (): void => {
    if (seen === undefined) return;
    seen = undefined;
    coach.reset();
    if (hinted) emit({ type: "hint", hint: null, text: "" });
    hinted = false;
    onDark();
  };

  const lookAtScreen = (): void => {
    const hasScreen = ring.isOn("screen");
    if (hasScreen === hadScreen) onScreen(hasScreen);
    hadScreen = hasScreen;
  };

  const timer = setInterval(() => {
    lookAtScreen();
    void look();
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    ended.abort();
  };
}
