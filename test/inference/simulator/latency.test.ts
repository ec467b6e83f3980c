import { describe, expect, it } from "vitest";
import { createLatency, visionFlop } from "../../../inference/simulator/latency.ts";
import { type ProfileName, profileNames, profiles } from "../../../inference/simulator/profiles.ts";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { ask, usageOf } from "../../../scripts/contract-vllm-wire.ts";
import { timed } from "../../standins/timed.ts";

const TIMED = timed();

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("createLatency", () => {
  it("costs nothing with the zero profile", () => {
    const latency = createLatency(profiles.zero, 32, 1);
    const step = latency.step({ prefillTokens: 5000, pictures: [2880], running: 32 });
    expect([latency.front(), latency.picture(1e6), step]).toEqual([0, 0, 0]);
  });

  it("gives the published means for 256 text tokens, and the arithmetic for a picture", () => {
    const whole = (name: ProfileName, pictures: readonly number[] = []): number => {
      const latency = createLatency({ ...profiles[name], jitter: 0 }, 32, 1);
      return latency.front() + latency.step({ prefillTokens: 256, pictures, running: 1 });
    };
    for (const [name, ms] of [
      ["h100-2b", 45],
      ["a100-2b", 70],
      ["l40s-2b", 105],
      ["h100-7b", 90],
      ["a100-7b", 140],
      ["l40s-7b", 230],
    ] as const)
      expect(Math.abs(whole(name) - ms)).toBeLessThan(2);
    // 2880 patches on an H100 at 40 % of its peak
    expect(whole("h100-2b", [2880]) - whole("h100-2b")).toBeCloseTo(12.6, 0);
    expect(visionFlop(2880)).toBeCloseTo(4.98e12, -10);
  });

  it("is slower with every slot taken", () => {
    for (const name of profileNames.filter((one) => one !== "zero")) {
      const latency = createLatency({ ...profiles[name], jitter: 0 }, 32, 1);
      const step = (running: number) => latency.step({ prefillTokens: 0, pictures: [], running });
      expect(step(32) / step(1)).toBeCloseTo(profiles[name].fullLoadFactor);
    }
  });

  it("jitters around the mean, never by more than 70 %, the same for the same seed", () => {
    const wild = { ...profiles["h100-2b"], jitter: 0.3 };
    const draw = (seed: number) => {
      const latency = createLatency(wild, 1, seed);
      return Array.from({ length: 2000 }, () => latency.step({ prefillTokens: 0, pictures: [], running: 1 }));
    };
    const drawn = draw(3);
    expect(mean(drawn) / wild.itlMs).toBeCloseTo(1, 1);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(wild.itlMs * 1.7);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(wild.itlMs * 0.3);
    expect(draw(3)).toEqual(drawn);
    expect(draw(4)).not.toEqual(drawn);
  });
});

describe("a profile in a server", () => {
  it("makes a warm prefix faster by what the profile says", TIMED, async () => {
    const profile = { ...profiles.zero, fixedMs: 4, perTokenMs: 0.1, itlMs: 1 };
    const simulator = await startSimulator({ profile });
    const measure = async () => {
      const body = {
        model: "vision",
        stream: true,
        stream_options: { include_usage: true },
        max_completion_tokens: 1,
        messages: [{ role: "user", content: "word ".repeat(600) }],
      };
      const startMs = performance.now();
      const usage = usageOf(await ask(simulator.url, { body }));
      return { ms: performance.now() - startMs, uncached: usage.prompt - usage.cached };
    };
    await measure();
    const warm = await measure();
    expect(warm.uncached).toBeLessThanOrEqual(16);
    expect(warm.ms).toBeLessThan(50);
    expect(warm.ms).toBeGreaterThan(4);
    await simulator.close();
  });
});
