import { describe, expect, it } from "vitest";
import type { Frame, VerdictValue } from "../../../orchestrator/turn/turn.ts";
import { busyFrame } from "./pictures.ts";
import { bench, camera, never } from "./ring-fixture.ts";

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
