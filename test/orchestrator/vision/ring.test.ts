import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Gate } from "../../../orchestrator/turn/ports.ts";
import type { Frame, Verdict, VerdictValue } from "../../../orchestrator/turn/turn.ts";
import type { RawFrame } from "../../../orchestrator/vision/raw.ts";
import { createFrameRing, type FrameRing } from "../../../orchestrator/vision/ring.ts";
import { busyFrame, rawFrame } from "./pictures.ts";

const never = new AbortController().signal;
const camera = { participant: "user", track: "camera-1" };
const word = (frame: Frame, value: VerdictValue): Verdict => ({
  value,
  score: 0,
  reason: value === "clear" ? "no-person" : value === "person" ? "person-detected" : "gate-timeout",
  boxes: [],
  model: "fake",
  ms: 1,
  sha256: frame.gated.sha256,
});

interface Bench {
  readonly ring: FrameRing;
  /** Frames in the order in which the gate was asked. */
  readonly judged: Frame[];
  clockMs: number;
  /** Offers a frame captured now and waits until the ring has it, or has dropped it. */
  offer(change?: Partial<RawFrame>, origin?: typeof camera): Promise<void>;
  instants(source?: "camera" | "screen" | "any"): readonly number[];
}

let still: Frame;
beforeAll(async () => {
  still = await busyFrame({ source: "camera" });
});
let rings: FrameRing[] = [];
afterEach(() => {
  for (const ring of rings) ring.close();
  rings = [];
});

function bench(judge: (frame: Frame) => VerdictValue | Promise<VerdictValue> = () => "clear"): Bench {
  const judged: Frame[] = [];
  const gate: Gate = async (frame) => {
    judged.push(frame);
    return word(frame, await judge(frame));
  };
  const toFrame = (raw: RawFrame): Promise<Frame> =>
    raw.data.length === 0
      ? Promise.reject(new Error("no frame"))
      : Promise.resolve({
          ...still,
          id: String(raw.capturedAtMs),
          source: raw.source,
          capturedAtMs: raw.capturedAtMs,
        });
  const ring = createFrameRing({ gate, toFrame, now: () => self.clockMs });
  rings.push(ring);
  const self: Bench = {
    ring,
    judged,
    clockMs: 10_000,
    async offer(change = {}, origin = camera) {
      ring.offer({ ...rawFrame({ capturedAtMs: self.clockMs }), ...change }, origin);
      await settled();
    },
    instants: (source = "any") => ring.recent(source).map(({ capturedAtMs }) => capturedAtMs),
  };
  return self;
}

/** The bench's encoder needs one turn of the event loop, as do the promises behind it. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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

describe("verdicts", () => {
  it("are begun on arrival, the same for everyone, and steady", async () => {
    const words: VerdictValue[] = ["clear", "clear", "person", "clear"];
    const self = bench(() => words.shift()!);
    const frames: Frame[] = [];
    for (let count = 0; count < 4; count++, self.clockMs += 500) {
      await self.offer();
      frames.push(self.ring.recent("camera").at(-1)!);
    }
    expect(self.judged).toEqual(frames);
    const reasons = await Promise.all(
      frames.map(async (frame) => (await self.ring.gate(frame, never)).reason),
    );
    expect(reasons).toEqual(["first-frame", "no-person", "person-detected", "person-moments-ago"]);
    expect(self.ring.gate(frames[1]!, never)).toBe(self.ring.gate(frames[1]!, never));
    expect(self.judged).toHaveLength(4);
  });

  it("come in the order of capture even when the gate answers out of order", async () => {
    const answers: ((value: VerdictValue) => void)[] = [];
    const self = bench(() => new Promise((resolve) => answers.push(resolve)));
    await self.offer();
    self.clockMs += 500;
    await self.offer();
    const [first, second] = self.ring.recent("camera");
    answers[1]!("clear");
    answers[0]!("person");
    expect((await self.ring.gate(second!, never)).reason).toBe("person-moments-ago");
    expect((await self.ring.gate(first!, never)).reason).toBe("person-detected");
  });

  it("of one stream say nothing about the next", async () => {
    const words: VerdictValue[] = ["person", "clear", "clear"];
    const self = bench(() => words.shift()!);
    const reasons: string[] = [];
    for (const track of ["a", "b", "b"]) {
      await self.offer({}, { ...camera, track });
      reasons.push((await self.ring.gate(self.ring.recent("camera").at(-1)!, never)).reason);
      self.clockMs += 500;
    }
    expect(reasons).toEqual(["person-detected", "first-frame", "no-person"]);
  });

  it("of photos are the gate's own, and a stray camera frame is nobody's second frame", async () => {
    const self = bench();
    expect((await self.ring.gate(await busyFrame(), never)).value).toBe("clear");
    expect((await self.ring.gate(await busyFrame({ source: "camera" }), never)).reason).toBe("first-frame");
  });

  it("are unknown when a gate breaks its promise and throws", async () => {
    const self = bench(() => Promise.reject(new Error("gate")));
    await self.offer();
    expect(await self.ring.gate(self.ring.recent("any")[0]!, never)).toMatchObject({
      value: "unknown",
      reason: "gate-garbage",
    });
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
  rings.push(ring);
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
