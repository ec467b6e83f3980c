import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { chooseFrame, pickFrame } from "../../../orchestrator/turn/choose-frame.ts";
import type { Camera } from "../../../orchestrator/turn/ports.ts";
import { cameraOf, frameOf } from "../../standins/turn.ts";

const camera = (capturedAtMs: number, sharpness = 10) =>
  frameOf({ id: `${capturedAtMs}`, source: "camera", capturedAtMs, sharpness });
const options = { endedAtMs: 5000, now: () => 5050, signal: new AbortController().signal };

describe("pickFrame", () => {
  it("takes the sharpest near the end of the question, ties to the newest", () => {
    const frames = [camera(4100, 99), camera(4300, 20), camera(4600, 30), camera(4900, 30)];
    expect(pickFrame(frames, 5000, 5050)).toMatchObject({
      frame: { id: "4900" },
      reason: "sharpest-near-end",
    });
  });

  it("takes a fresh frame from after the end when none is near", () => {
    expect(pickFrame([camera(5600)], 5000, 5700)).toMatchObject({
      frame: { id: "5600" },
      reason: "newest-fresh",
    });
  });

  it("takes the newest photo whatever its age", () => {
    const photos = [frameOf({ id: "old" }), frameOf({ id: "new" })];
    expect(pickFrame(photos, 1e9, 1e9)).toMatchObject({ frame: { id: "new" }, reason: "photo" });
  });

  it("never takes a stale frame", () => {
    const frames = fc.array(fc.record({ at: fc.integer({ min: 0, max: 10_000 }), sharpness: fc.nat(100) }));
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 10_000 }), fc.nat(2000), (list, endedAtMs, later) => {
        const nowMs = endedAtMs + later;
        const choice = pickFrame(
          list.map(({ at, sharpness }) => camera(at, sharpness)),
          endedAtMs,
          nowMs,
        );
        if (choice?.frame) expect(nowMs - choice.frame.capturedAtMs).toBeLessThanOrEqual(1000);
      }),
    );
  });
});

describe("chooseFrame", () => {
  it("waits for a fresh frame when all at hand are stale", async () => {
    const late: Camera = { recent: () => [camera(100)], next: () => Promise.resolve(camera(5040)) };
    expect(await chooseFrame(late, "any", options)).toMatchObject({
      frame: { id: "5040" },
      reason: "waited",
    });
  });

  it("takes no camera frame for the screen that is not shared, but a photo of it", async () => {
    const next = (frame: ReturnType<typeof frameOf>): Camera => ({
      recent: () => [],
      next: () => Promise.resolve(frame),
    });
    expect(await chooseFrame(next(camera(5040)), "screen", options)).toMatchObject({ reason: "no-camera" });
    expect(await chooseFrame(next(frameOf()), "screen", options)).toMatchObject({ reason: "waited" });
  });

  it("gives up when the camera is off", async () => {
    expect(await chooseFrame(cameraOf(), "any", options)).toEqual({ frame: undefined, reason: "no-camera" });
  });
});
