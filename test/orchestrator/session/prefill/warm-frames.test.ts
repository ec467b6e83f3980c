import { expect, test } from "vitest";
import { createWarmFrames } from "../../../../orchestrator/session/prefill/warm-frames.ts";
import type { Frame, FrameSource } from "../../../../orchestrator/turn/turn.ts";
import { createFrameRing } from "../../../../orchestrator/vision/ring.ts";
import { frameOf, gateOf, verdictOf } from "../../../standins/turn.ts";

const camera = frameOf({ id: "camera", source: "camera" });
const screen = frameOf({ id: "screen", source: "screen" });

/** A ring that shows these frames. */
function ringOf(frames: readonly Frame[], isJudged: (frame: Frame) => boolean = () => true) {
  const ring = createFrameRing({ gate: gateOf(verdictOf) });
  return {
    ...ring,
    recent: (source: FrameSource | "any") => frames.filter((frame) => frame.source === source),
    isCurrent: () => true,
    isJudged,
  };
}

test("the newest frame that is judged is taken, however slow the gate", () => {
  const frames = ["one", "two", "three"].map((id) => frameOf({ id, source: "camera" }));
  const [one, two] = frames;
  expect(
    createWarmFrames(
      ringOf(frames, (frame) => frame === two),
      () => {},
    ).newest(),
  ).toEqual({
    frame: two,
    previous: one,
  });
  const none = createWarmFrames(
    ringOf(frames, () => false),
    () => {},
  );
  expect(none.newest()).toEqual({ frame: undefined, previous: undefined });
});

test("the camera comes first, unless the screen was asked about last", () => {
  const frames = createWarmFrames(ringOf([camera, screen]), () => {});
  expect(frames.newest().frame).toBe(camera);
  frames.chosen(screen);
  expect(frames.newest().frame).toBe(screen);
  frames.chosen(camera);
  expect(frames.newest().frame).toBe(camera);
});

test("what alone is shown is taken", () => {
  const frames = createWarmFrames(ringOf([screen]), () => {});
  expect(frames.newest().frame).toBe(screen);
  frames.chosen(screen);
  const other = createWarmFrames(ringOf([camera]), () => {});
  other.chosen(screen);
  expect(other.newest().frame).toBe(camera);
});

test("a picture that no question went with is told as unused, once", () => {
  let unused = 0;
  const frames = createWarmFrames(ringOf([camera]), () => (unused += 1));
  frames.keep({ frame: camera, history: [] });
  frames.chosen(camera);
  frames.keep({ frame: camera, history: [] });
  expect(unused).toBe(0);
  const late = frameOf({ id: "late", source: "camera" });
  frames.keep({ frame: late, history: [] });
  frames.chosen(camera);
  frames.close();
  frames.close();
  expect(unused).toBe(1);
});
