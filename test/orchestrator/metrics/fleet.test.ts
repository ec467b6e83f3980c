import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createFleetMetrics, type ProcessNumbers } from "../../../orchestrator/metrics/fleet.ts";
import { createMetrics } from "../../../orchestrator/metrics/metrics.ts";
import { countersIn } from "../../standins/counters.ts";

const numbersOf = (numbers: Partial<ProcessNumbers> = {}): ProcessNumbers => ({
  calls: 1,
  lagMs: 0,
  loopLagMs: 0,
  residentMb: 200,
  load: 0.1,
  stallMs: 0,
  registered: true,
  draining: false,
  refused: 0,
  ...numbers,
});

async function snapshotOf(refusals: number, ttftSeconds = 0.2): Promise<unknown> {
  const metrics = createMetrics();
  metrics.refusals.inc(refusals);
  metrics.ttft.observe({ engine: "local", route: "local" }, ttftSeconds);
  return JSON.parse(JSON.stringify(await metrics.snapshot()));
}

const valueOf = (text: string, series: string): number =>
  Number(new RegExp(`^${series.replace(/[{}"]/g, "\\$&")} (\\S+)$`, "m").exec(text)?.[1]);

test("counters and histograms of the processes add up, also of those that are gone", async () => {
  const fleet = createFleetMetrics();
  fleet.update("a", numbersOf({ refused: 2 }), await snapshotOf(1));
  fleet.update("b", numbersOf({ refused: 1 }), await snapshotOf(3));
  fleet.remove("a");
  fleet.update("c", numbersOf(), await snapshotOf(10));
  const text = await fleet.exposition();
  expect(valueOf(text, "sightline_refusals_total")).toBe(14);
  expect(valueOf(text, 'sightline_ttft_seconds_count{engine="local",route="local"}')).toBe(3);
  expect(valueOf(text, "sightline_refused_calls_total")).toBe(3);
});

test("a sum does not fall by a rounding when a process goes, which Prometheus would take for a restart", async () => {
  const fleet = createFleetMetrics();
  for (const [name, seconds] of [
    ["a", 0.4],
    ["b", 0.2],
    ["c", 0.1],
  ] as const)
    fleet.update(name, numbersOf(), await snapshotOf(0, seconds));
  const series = 'sightline_ttft_seconds_sum{engine="local",route="local"}';
  const before = valueOf(await fleet.exposition(), series);
  expect(before).toBeCloseTo(0.7, 6);
  fleet.remove("c");
  expect(valueOf(await fleet.exposition(), series)).toBe(before);
});

test("the present is that of the running processes", async () => {
  const fleet = createFleetMetrics();
  expect(valueOf(await fleet.exposition(), "sightline_agent_load")).toBe(1);
  fleet.update("a", numbersOf({ calls: 3, lagMs: 40, load: 0.6, residentMb: 300 }), []);
  fleet.update("b", numbersOf({ calls: 2, lagMs: 90, load: 0.2, registered: false }), []);
  expect(fleet.registered()).toBe(1);
  const text = await fleet.exposition();
  expect(valueOf(text, "sightline_calls")).toBe(5);
  expect(valueOf(text, "sightline_vad_lag_seconds")).toBeCloseTo(0.09);
  expect(valueOf(text, "sightline_agent_load")).toBe(0.2);
  expect(valueOf(text, "sightline_agent_resident_bytes")).toBe(300e6);
  fleet.remove("a");
  expect(valueOf(await fleet.exposition(), "sightline_calls")).toBe(2);
});

test("a fleet that ends with its last call says so, and still counts its calls", async () => {
  const fleet = createFleetMetrics();
  fleet.update("a", numbersOf({ calls: 3 }), []);
  fleet.update("b", numbersOf({ calls: 1, draining: true }), []);
  expect(valueOf(await fleet.exposition(), "sightline_agent_draining")).toBe(0);
  fleet.drain();
  const text = await fleet.exposition();
  expect(valueOf(text, "sightline_agent_draining")).toBe(1);
  expect(valueOf(text, "sightline_calls")).toBe(4);
});

test("who drains, stalls, is not registered or has long said nothing cannot take part", () => {
  let nowMs = 0;
  const fleet = createFleetMetrics(() => nowMs);
  expect(fleet.available()).toBe(0);
  fleet.update("well", numbersOf(), []);
  fleet.update("draining", numbersOf({ draining: true }), []);
  fleet.update("stalled", numbersOf({ stallMs: 1200 }), []);
  fleet.update("unknown", numbersOf({ registered: false }), []);
  expect(fleet.available()).toBe(1);
  nowMs = 6000;
  expect(fleet.available()).toBe(0);
  fleet.update("stalled", numbersOf(), []);
  expect(fleet.available()).toBe(1);
});

test("a process that sends nonsense instead of metrics spoils nothing", async () => {
  const fleet = createFleetMetrics();
  fleet.update("a", numbersOf(), "nonsense");
  expect(valueOf(await fleet.exposition(), "sightline_agent_processes")).toBe(1);
});

test("a process that crashed, and a call that went with it, are counted", async () => {
  const fleet = createFleetMetrics();
  fleet.update("a", numbersOf(), []);
  fleet.update("b", numbersOf(), []);
  fleet.remove("a");
  fleet.remove("b", true);
  fleet.callLost();
  const text = await fleet.exposition();
  expect(valueOf(text, "sightline_agent_crashes_total")).toBe(1);
  expect(valueOf(text, "sightline_lost_calls_total")).toBe(1);
});

test("whatever the processes do, one scrape shows all that they counted, and no counter ever falls", async () => {
  const step = fc.record({
    slot: fc.nat(2),
    /** Turns since its last report. */
    turns: fc.nat(3),
    what: fc.constantFrom("report", "replace", "crash"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const fleet = createFleetMetrics();
      const slots = [0, 1, 2].map((slot) => ({ name: `${slot}`, metrics: createMetrics(), generation: 0 }));
      let before = countersIn(await fleet.exposition());
      let turns = 0;
      for (const { slot: at, turns: more, what } of steps) {
        const slot = slots[at]!;
        for (let turn = 0; turn < more; turn++) {
          slot.metrics.refusals.inc();
          slot.metrics.ttft.observe({ engine: "local", route: "local" }, 0.1 * (turn + 1));
        }
        turns += more;
        fleet.update(slot.name, numbersOf(), JSON.parse(JSON.stringify(await slot.metrics.snapshot())));
        if (what !== "report") {
          fleet.remove(slot.name, what === "crash");
          const generation = slot.generation + 1;
          slots[at] = { name: `${at}.${generation}`, metrics: createMetrics(), generation };
        }
        const text = await fleet.exposition();
        const now = countersIn(text);
        for (const [series, value] of before) expect(now.get(series), series).toBeGreaterThanOrEqual(value);
        expect(valueOf(text, "sightline_refusals_total")).toBe(turns);
        expect(valueOf(text, 'sightline_ttft_seconds_count{engine="local",route="local"}')).toBe(turns);
        before = now;
      }
    }),
    { numRuns: 25 },
  );
});
