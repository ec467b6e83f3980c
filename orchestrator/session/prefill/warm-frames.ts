import { BEFORE_END_MS } from "../../turn/choose-frame.ts";
import type { Warm } from "../../turn/prefill.ts";
import { isSameScene } from "../../turn/scene.ts";
import type { Frame, FrameSource, PastTurn } from "../../turn/turn.ts";
import type { FrameRing } from "../../vision/ring.ts";

/** Which frames of a call are warm, and which is worth it next. */
export interface WarmFrames {
  /** The newest judged frame of what is likely to be asked about, and the one before it. */
  newest(): { readonly frame: Frame | undefined; readonly previous: Frame | undefined };
  /** A picture that is being computed, or is, would go with a question that ends now. */
  isWanted(picture: Warm): boolean;
  /** The prefix of a picture is computed. */
  keep(picture: Warm): void;
  /** A question goes with this frame. */
  chosen(frame: Frame): void;
  /** The frame of the present track whose prefix is warm behind this history, or is being computed. */
  warm(history: readonly PastTurn[], running: Warm | null | undefined): Frame | undefined;
  close(): void;
}

const BOTH: readonly FrameSource[] = ["camera", "screen"];

/** @param onUnused a picture was computed that no question went with */
export function createWarmFrames(ring: FrameRing, onUnused: () => void): WarmFrames {
  let kept: Warm | undefined;
  let isUsed = true;
  /** That went with the last question about a picture. */
  let asked: Frame | undefined;

  const source = (): readonly Frame[] => {
    const [likely, other] = asked?.source === "screen" ? BOTH.toReversed() : BOTH;
    const frames = likely ? ring.recent(likely) : [];
    return frames.length > 0 || !other ? frames : ring.recent(other);
  };

  const isWanted = ({ frame }: Warm): boolean => {
    const now = source().at(-1);
    return (
      now !== undefined && (now.capturedAtMs - frame.capturedAtMs <= BEFORE_END_MS || isSameScene(frame, now))
    );
  };

  const drop = (): void => {
    if (!isUsed) onUnused();
    isUsed = true;
  };

  return {
    newest() {
      const frames = source();
      const at = frames.findLastIndex((frame) => ring.isJudged(frame));
      return { frame: frames[at], previous: frames[at - 1] };
    },
    isWanted,
    keep(picture) {
      drop();
      kept = picture;
      isUsed = picture.frame === asked;
    },
    chosen(frame) {
      asked = frame;
      isUsed ||= kept?.frame === frame;
    },
    warm(history, running) {
      const fits = (each: Warm | null | undefined): each is Warm =>
        each ? each.history === history && ring.isCurrent(each.frame) : false;
      const done = fits(kept) ? kept : undefined;
      if (done && isWanted(done)) return done.frame;
      return (fits(running) ? running : done)?.frame;
    },
    close: drop,
  };
}
