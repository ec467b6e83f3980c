import { describe, expect, it } from "vitest";
import { joinSamples } from "../../../orchestrator/lib/samples.ts";

describe("joinSamples", () => {
  it("puts pieces one after the other in a buffer of their own", () => {
    const first = Int16Array.of(1, 2);
    const all = joinSamples([first, new Int16Array(), Int16Array.of(-3)]);
    first[0] = 9;
    expect([...all]).toEqual([1, 2, -3]);
    expect(all.buffer.byteLength).toBe(6);
  });
});
