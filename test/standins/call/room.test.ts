import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRoom, type Room } from "./room.ts";

const SECOND = 16_000;

/** The same noise each time: of another, one frame in a hundred thousand is loud enough to open a gate. */
beforeEach(() => {
  let state = 1;
  vi.spyOn(Math, "random").mockImplementation(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
});
afterEach(() => void vi.restoreAllMocks());

/** Two seconds of a room, over speech of one value. */
async function soundOf(room: Room | undefined, speech = 0): Promise<Int16Array> {
  const add = await createRoom(room);
  const samples = new Int16Array(2 * SECOND).fill(speech, 0, SECOND);
  for (let at = 0; at < samples.length; at += 160) add(samples.subarray(at, at + 160));
  return samples;
}

function levelDb(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return 10 * Math.log10(power) - 20 * Math.log10(32_768);
}

describe("the room of a caller", () => {
  test.each<[Room | undefined, number]>([
    [undefined, -69],
    [{ sound: "steady", db: -35 }, -35],
    [{ sound: "hum", hz: 50, db: -35 }, -35],
    [{ sound: "hum", hz: 100, db: -40 }, -40],
  ])("%j is as loud as it says", async (room, db) => {
    expect(levelDb(await soundOf(room))).toBeCloseTo(db, 0);
  });

  test("voices behind have their level on the whole, and their pauses", async () => {
    const samples = await soundOf({ sound: "babble", db: -35 });
    expect(Math.abs(levelDb(samples) + 35)).toBeLessThan(3);
  });

  test("a gate lets noise through with speech and for a moment after it, and nothing else", async () => {
    const samples = await soundOf({ sound: "gated", db: -44 }, 3000);
    const lastAt = samples.findLastIndex((sample) => sample !== 0);
    expect(lastAt / 16 - 1000).toBeGreaterThan(180);
    expect(lastAt / 16 - 1000).toBeLessThan(210);
  });

  test("clicks are loud, and short", async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, () => soundOf({ sound: "clicks" })));
    const loud = runs.flatMap((samples) => [...samples].filter((sample) => Math.abs(sample) > 1000));
    expect(loud.length / (runs.length * 2 * SECOND)).toBeGreaterThan(0.0005);
    expect(loud.length / (runs.length * 2 * SECOND)).toBeLessThan(0.01);
  });
});
