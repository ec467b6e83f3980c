import { afterEach, describe, expect, it } from "vitest";
import { takePictures } from "../../../bench/prefill/bench-engine.ts";
import { uncached } from "../../../bench/prefill/converse.ts";
import { COLD, EVERYTHING, PREFILLED, RESENT, talk, waysFor } from "../../../bench/prefill/real-engine.ts";
import type { SimulatorOptions } from "../../../inference/simulator/options.ts";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";

let simulator: Simulator | undefined;
afterEach(() => simulator?.close());

async function start(options: SimulatorOptions): Promise<Simulator> {
  simulator = await startSimulator(options);
  return simulator;
}

describe("what the server has room for", () => {
  it("leaves out the baseline that keeps everything when the server takes too few pictures, or tokens", async () => {
    const ways = [PREFILLED, EVERYTHING];
    const few = await waysFor(await start({ maxImages: 25, maxModelLen: 32_768 }), ways, 30);
    expect(few.possible).toEqual([PREFILLED]);
    expect(few.notes).toEqual([
      expect.stringMatching(/^Left out: history everything .* takes 25 and 32768\.$/),
    ]);
    await simulator?.close();
    expect((await waysFor(await start({ maxImages: 31 }), ways, 30)).possible).toEqual([PREFILLED]);
    await simulator?.close();
    const enough = await start({ maxImages: 31, maxModelLen: 32_768 });
    expect(await waysFor(enough, ways, 30)).toEqual({ possible: ways, notes: [] });
  });

  it("refuses a server that has no room for our own calls", async () => {
    await expect(waysFor(await start({ maxImages: 24 }), [PREFILLED], 30)).rejects.toThrow(
      /^prefilled: needs 25 pictures in a prompt/,
    );
    expect((await waysFor(simulator as Simulator, [PREFILLED], 8)).possible).toEqual([PREFILLED]);
  });
});

describe("a call with an engine", () => {
  it("computes a picture's prefix ahead, with its question, or with every question again", async () => {
    const engine = await start({});
    const pictures = await takePictures(2);
    const second = async (way: typeof COLD): Promise<number> => {
      const [asked] = await talk(engine, way, { pictures, paces: [1000] });
      const [, last] = asked ?? [];
      return last === undefined ? Number.NaN : uncached(last);
    };
    const [prefilled, cold, resent] = [await second(PREFILLED), await second(COLD), await second(RESENT)];
    expect(prefilled).toBeLessThan(100);
    expect(cold).toBeGreaterThan(374);
    expect(resent).toBeGreaterThan(374);
  });
});
