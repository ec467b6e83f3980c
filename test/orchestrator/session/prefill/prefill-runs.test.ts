import { afterEach, describe, expect, test, vi } from "vitest";
import { EngineError } from "../../../../orchestrator/errors.ts";
import { createLog } from "../../../../orchestrator/log.ts";
import { createMetrics } from "../../../../orchestrator/metrics/metrics.ts";
import { createPrefillRuns } from "../../../../orchestrator/session/prefill/prefill-runs.ts";
import { hangs } from "./prefill-fixture.ts";

afterEach(() => void vi.useRealTimers());

function open() {
  const metrics = createMetrics();
  return { metrics, runs: createPrefillRuns({ metrics, log: createLog("silent") }) };
}
const picture = { kind: "picture", picture: null } as const;
const past = { kind: "past", picture: null } as const;

/** Advances the clock while something waits. */
async function after<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  await vi.advanceTimersByTimeAsync(ms);
  return work;
}

describe("an engine's pace", () => {
  test("is told by a picture that came late, and forgotten after a while", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { runs } = open();
    expect(runs.lastMs()).toBeNull();
    const slow = new Promise<"warm">((resolve) => setTimeout(() => resolve("warm"), 2000));
    expect(
      await after(
        2000,
        runs.start(picture, () => slow),
      ),
    ).toBe("warm");
    expect(runs.lastMs()).toBe(2000);
    expect(runs.spentMs()).toBe(2000);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(runs.lastMs()).toBeNull();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(runs.spentMs()).toBe(0);
  });

  test("is told by one that was waited for in vain, and not by one that was soon given up", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { runs } = open();
    const short = runs.start(picture, hangs);
    await vi.advanceTimersByTimeAsync(100);
    runs.stop();
    expect(await short).toBe("stopped");
    expect(runs.lastMs()).toBeNull();
    const long = runs.start(picture, hangs);
    await vi.advanceTimersByTimeAsync(1600);
    runs.stop();
    expect(await long).toBe("stopped");
    expect(runs.lastMs()).toBe(1600);
  });

  test("is not told by the past, of which there may be much", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { runs } = open();
    const slow = new Promise<"warm">((resolve) => setTimeout(() => resolve("warm"), 7000));
    expect(
      await after(
        7000,
        runs.start(past, () => slow),
      ),
    ).toBe("warm");
    expect(runs.lastMs()).toBeNull();
    expect(runs.spentMs()).toBe(0);
  });
});

test("one is under way at a time; what gave way to the engine's other work has not failed", async () => {
  const { runs, metrics } = open();
  const first = runs.start(past, hangs);
  const second = runs.start(picture, async () => {
    throw new EngineError("local", "at-capacity", "engine-queue");
  });
  expect([await first, await second]).toEqual(["stopped", "yielded"]);
  expect(runs.current()).toBeUndefined();
  const text = await metrics.exposition();
  expect(text).toContain('sightline_prefills_total{result="aborted"} 2');
  expect(text).toContain('sightline_prefills_total{result="failed"} 0');
});

test("a call in which nobody speaks does not gather what was done for ever", async () => {
  const { runs } = open();
  for (let nth = 0; nth < 100; nth++) await runs.start(past, async () => "warm");
  expect(runs.takeSpans().length).toBeLessThanOrEqual(32);
  expect(runs.takeSpans()).toEqual([]);
});
