import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { chooseFrame, goesWith, pickFrame, preferWarm } from "../../../orchestrator/turn/choose-frame.ts";
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

  it("takes one that is judged before one that is sharper, and waits only when none is", () => {
    const frames = [camera(3900, 99), camera(4300, 20), camera(4600, 10), camera(4900, 30)];
    const judged = (...ids: string[]) =>
      pickFrame(frames, 5000, 5050, ({ id }) => ids.includes(id))?.frame?.id;
    expect(judged("4300", "4600")).toBe("4300");
    expect(judged("3900")).toBe("4900");
    expect(judged()).toBe("4900");
  });

  it("takes the camera's before a shared screen's, however sharp that is, unless the screen is meant", () => {
    const screen = (capturedAtMs: number) =>
      frameOf({ id: "screen", source: "screen", capturedAtMs, sharpness: 99 });
    const both = [camera(4600), screen(4900)];
    expect(pickFrame(both, 5000, 5050)?.frame?.id).toBe("4600");
    expect(pickFrame(both, 5000, 5050, () => false, "screen")?.frame?.id).toBe("screen");
    expect(pickFrame([camera(3000), screen(4900)], 5000, 5050)?.frame?.id).toBe("screen");
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

  it("asks the camera which frames are judged", async () => {
    const frames = [camera(4600, 10), camera(4900, 30)];
    const seeing: Camera = { ...cameraOf(...frames), isJudged: ({ id }) => id === "4600" };
    expect(await chooseFrame(seeing, "any", options)).toMatchObject({ frame: { id: "4600" } });
  });

  it("waits for a camera of one frame a second", async () => {
    const slow: Camera = {
      recent: () => [],
      next: (_, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(() => resolve(camera(5040)), 900);
          signal.addEventListener("abort", () => clearTimeout(timer));
        }),
    };
    expect(await chooseFrame(slow, "any", options)).toMatchObject({
      frame: { id: "5040" },
      reason: "waited",
    });
  });

  it("gives up when the camera is off", async () => {
    expect(await chooseFrame(cameraOf(), "any", options)).toEqual({ frame: undefined, reason: "no-camera" });
  });
});

describe("warmth against freshness", () => {
  const at = { endedAtMs: 5000, nowMs: 5050 };
  const chosen = { frame: camera(4900, 30), reason: "sharpest-near-end" } as const;
  const warmAt = (capturedAtMs: number, options: Parameters<typeof frameOf>[0] = {}) =>
    frameOf({ id: "warm", source: "camera", capturedAtMs, sharpness: 25, ...options });

  it.each([
    ["one that is fresh itself", warmAt(4500, { luma: 90 }), "warm-fresh"],
    ["one of long ago that shows the same as the fresh one", warmAt(100), "warm-same-scene"],
    ["the chosen one", chosen.frame, "warm-fresh"],
  ])("takes %s", (_, warm, reason) => {
    expect(preferWarm(chosen, warm, at)).toEqual({ frame: warm, reason });
  });

  it.each([
    ["none is warm", undefined],
    ["it is old and shows something else", warmAt(100, { luma: 90 })],
    ["it is much less sharp", warmAt(4500, { sharpness: 20 })],
    ["it is of another source", warmAt(4500, { source: "screen" })],
  ])("takes the fresh one when %s", (_, warm) => {
    expect(preferWarm(chosen, warm, at)).toBe(chosen);
  });

  it("takes no warm frame when the camera shows nothing fresh", () => {
    const none = { frame: undefined, reason: "no-camera" } as const;
    expect(preferWarm(none, warmAt(4900), at)).toBe(none);
  });
});

describe("goesWith", () => {
  const now = frameOf({ id: "now", source: "camera", capturedAtMs: 9900, luma: 30 });
  const at = { endedAtMs: 10_000, nowMs: 10_100 };

  it.each([
    ["a photo", frameOf({ capturedAtMs: 0 }), true],
    ["a frame near the new end", camera(9200), true],
    ["an old frame of another scene", camera(9199), false],
    ["an old frame of the same scene", frameOf({ source: "camera", luma: 30 }), true],
  ])("%s", (_, frame, fits) => {
    expect(goesWith(frame, cameraOf(now), at)).toBe(fits);
  });

  it("an old frame has nothing to go with when the camera is off", () => {
    expect(goesWith(camera(9000), cameraOf(), at)).toBe(false);
  });
});
