import { describe, expect, it, onTestFinished } from "vitest";
import type { Gate } from "../../../orchestrator/turn/ports.ts";
import { createFrameRing } from "../../../orchestrator/vision/ring.ts";
import { rawFrame } from "./pictures.ts";
import { bench, camera, never, settled, word } from "./ring-fixture.ts";

describe("what is kept", () => {
  it("at most as many as wanted, oldest first, and each is judged once as it arrives", async () => {
    const self = bench();
    const run = async (forMs: number): Promise<void> => {
      for (let passed = 0; passed < forMs; passed += 100, self.clockMs += 100) await self.offer();
    };
    await run(1500);
    expect(self.instants()).toEqual([10_000, 10_500, 11_000]);
    self.ring.setRate(5);
    await run(500);
    expect(self.instants()).toEqual([10_000, 10_500, 11_000, 11_500, 11_700, 11_900]);
    expect(self.judged.map(({ capturedAtMs }) => capturedAtMs)).toEqual(self.instants());
  });

  it("nothing older than two seconds, and no more than eight", async () => {
    const self = bench();
    self.ring.setRate(1000);
    for (let count = 0; count < 10; count++, self.clockMs += 100) await self.offer();
    expect(self.instants()).toEqual([10_200, 10_300, 10_400, 10_500, 10_600, 10_700, 10_800, 10_900]);
    self.clockMs = 12_650;
    expect(self.instants()).toEqual([10_700, 10_800, 10_900]);
    self.clockMs = 20_000;
    expect(self.instants()).toEqual([]);
  });

  it("drops what comes while a frame is in the making, and what comes late", async () => {
    const self = bench();
    self.ring.setRate(1000);
    for (const capturedAtMs of [1, 2, 3])
      self.ring.offer(rawFrame({ capturedAtMs: 10_000 + capturedAtMs }), camera);
    await settled();
    await self.offer({ capturedAtMs: 9_999 });
    expect(self.instants()).toEqual([10_001]);
  });

  it("camera and screen apart, and together in the order of capture", async () => {
    const self = bench();
    await self.offer();
    await self.offer({ source: "screen", capturedAtMs: 9_900 }, { participant: "user", track: "screen-1" });
    expect([self.instants("camera"), self.instants("screen"), self.instants()]).toEqual([
      [10_000],
      [9_900],
      [9_900, 10_000],
    ]);
    self.ring.stop("camera");
    expect(self.instants()).toEqual([9_900]);
  });

  it("survives a frame that is none", async () => {
    const self = bench();
    await self.offer({ data: new Uint8Array() });
    expect(self.instants()).toEqual([]);
    self.clockMs += 1000;
    await self.offer();
    expect(self.instants()).toEqual([11_000]);
  });
});

describe("what clears it", () => {
  it.each([
    ["another track", {}, { ...camera, track: "camera-2" }],
    ["another participant", {}, { ...camera, participant: "guest" }],
    ["another rotation", { rotation: 90 as const }, camera],
  ])("%s", async (_name, change, origin) => {
    const self = bench();
    await self.offer();
    self.clockMs += 100;
    await self.offer(change, origin);
    expect(self.instants()).toEqual([10_100]);
    expect((await self.ring.gate(self.ring.recent("any")[0]!, never)).reason).toBe("first-frame");
  });

  it("a mute, also for the frame in the making", async () => {
    const self = bench();
    await self.offer();
    self.clockMs += 600;
    self.ring.offer(rawFrame({ capturedAtMs: self.clockMs }), camera);
    self.ring.stop("camera");
    expect(self.instants()).toEqual([]);
    await settled();
    expect(self.instants()).toEqual([]);
    expect(self.judged).toHaveLength(1);
    await self.offer();
    expect(self.instants()).toEqual([10_600]);
  });
});

describe("next", () => {
  it("is nothing when no camera is on, or it goes off, or the wait is over", async () => {
    const self = bench();
    expect(await self.ring.next(0, never)).toBeUndefined();
    self.ring.start("camera");
    const off = self.ring.next(0, never);
    self.ring.stop("camera");
    expect(await off).toBeUndefined();
    self.ring.start("camera");
    const stop = new AbortController();
    const over = self.ring.next(0, stop.signal);
    stop.abort();
    expect(await over).toBeUndefined();
    expect(await self.ring.next(0, stop.signal)).toBeUndefined();
  });

  it("is the next frame captured after the instant", async () => {
    const self = bench();
    self.ring.start("camera");
    const next = self.ring.next(10_100, never);
    await self.offer();
    self.clockMs = 10_600;
    await self.offer();
    expect((await next)?.capturedAtMs).toBe(10_600);
    expect((await self.ring.next(10_000, never))?.capturedAtMs).toBe(10_600);
  });

  it("is never one that is stale by now", async () => {
    const self = bench();
    await self.offer();
    self.clockMs = 11_500;
    const next = self.ring.next(9_000, never);
    await self.offer();
    expect((await next)?.capturedAtMs).toBe(11_500);
  });
});

it("makes, judges and hands out real camera frames", async () => {
  const gate: Gate = (frame) => Promise.resolve(word(frame, "clear"));
  const ring = createFrameRing({ gate });
  onTestFinished(() => ring.close());
  ring.start("camera");
  const next = ring.next(0, never);
  ring.offer(rawFrame({ capturedAtMs: performance.now() }), camera);
  const frame = await next;
  expect(frame).toMatchObject({ source: "camera", width: 64, height: 48 });
  expect(await ring.gate(frame!, never)).toMatchObject({
    reason: "first-frame",
    sha256: frame!.gated.sha256,
  });
  expect(ring.recent("any")).toEqual([frame]);
});
