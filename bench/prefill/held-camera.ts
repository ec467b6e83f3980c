import { SCENE_COLUMNS, SCENE_ROWS } from "../../orchestrator/turn/scene.ts";
import type { Frame, Jpeg, Verdict } from "../../orchestrator/turn/turn.ts";
import type { FrameRing } from "../../orchestrator/vision/ring.ts";
import { frameOf, personBox, verdictOf } from "../../test/standins/turn.ts";

/** A call's ring whose camera is held still on one picture, judged at once, until it is held on the next. */
export interface HeldCamera {
  readonly ring: FrameRing;
  hold(nth: number): void;
}

const FRAME_MS = 200;

/** Every other picture shows people. */
export function holdCamera(pictures: readonly Jpeg[]): HeldCamera {
  let nth = 0;
  const frameAt = (capturedAtMs: number): Frame => {
    const jpeg = pictures[nth] as Jpeg;
    const { width, height } = jpeg;
    const scene = new Uint8Array(SCENE_COLUMNS * SCENE_ROWS).fill((nth * 83) % 251);
    const frame = frameOf({ id: `${nth}`, source: "camera", capturedAtMs });
    return { ...frame, width, height, scene, detailed: () => Promise.resolve(jpeg) };
  };
  const recent = (): readonly Frame[] => {
    const nowMs = performance.now();
    return [frameAt(nowMs - FRAME_MS), frameAt(nowMs)];
  };
  const ring: Pick<FrameRing, "recent" | "next" | "gate" | "isJudged" | "isCurrent"> = {
    recent: (source) => (source === "screen" ? [] : recent()),
    next: () => Promise.resolve(undefined),
    gate: (frame) => Promise.resolve(judge(frame)),
    isJudged: () => true,
    isCurrent: ({ id }) => id === `${nth}`,
  };
  return {
    ring: ring as FrameRing,
    hold(next) {
      nth = next;
    },
  };
}

function judge(frame: Frame): Verdict {
  if (Number(frame.id) % 2 === 1) return verdictOf(frame);
  const boxes = [personBox(), { ...personBox(0.8), x: 400 }];
  return verdictOf(frame, { value: "person", score: 0.9, reason: "person-detected", boxes });
}
