import { expect, onTestFinished, test, vi } from "vitest";
import { createScrapers } from "../../../orchestrator/http/scrapers.ts";

const AWAY_MS = 300;

const metrics = (turns: number, residentBytes = 1): string =>
  [
    "# HELP sightline_turns_total Turns that ended.",
    "# TYPE sightline_turns_total counter",
    `sightline_turns_total{reason="done"} ${turns}`,
    "# TYPE sightline_resident_memory_bytes gauge",
    `sightline_resident_memory_bytes ${residentBytes}`,
    "# TYPE sightline_ttft_seconds histogram",
    `sightline_ttft_seconds_count ${turns}`,
    "",
  ].join("\n");

async function tookMs(promise: Promise<void>): Promise<number> {
  const startMs = performance.now();
  await promise;
  return performance.now() - startMs;
}

/** Time that passes as the test says. */
function useFakeTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

test("nobody scrapes: nobody is waited for", async () => {
  expect(await tookMs(createScrapers(AWAY_MS).haveAll(metrics(3)))).toBeLessThan(50);
});

test("who has the last counts is not waited for, whatever a gauge says by now", async () => {
  const scrapers = createScrapers(AWAY_MS);
  scrapers.gave("10.0.0.1", metrics(3, 1000));
  expect(await tookMs(scrapers.haveAll(metrics(3, 2000)))).toBeLessThan(50);
});

test("everybody who scrapes is waited for until he has them", async () => {
  useFakeTime();
  const scrapers = createScrapers(AWAY_MS);
  scrapers.gave("10.0.0.1", metrics(2));
  scrapers.gave("10.0.0.2", metrics(2));
  let isOver = false;
  const over = scrapers.haveAll(metrics(3)).then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(50);
  scrapers.gave("10.0.0.1", metrics(3));
  await vi.advanceTimersByTimeAsync(50);
  expect(isOver).toBe(false);
  scrapers.gave("10.0.0.2", metrics(3));
  const took = tookMs(over.then(() => {}));
  await vi.advanceTimersByTimeAsync(AWAY_MS);
  expect(await took).toBeLessThan(100);
});

test("who does not come any more is waited for no longer than between two scrapes", async () => {
  useFakeTime();
  const scrapers = createScrapers(AWAY_MS);
  scrapers.gave("10.0.0.1", metrics(2));
  await vi.advanceTimersByTimeAsync(100);
  const took = tookMs(scrapers.haveAll(metrics(3)));
  await vi.advanceTimersByTimeAsync(2 * AWAY_MS);
  expect(await took).toBeGreaterThan(AWAY_MS - 150);
  expect(await took).toBeLessThan(AWAY_MS);
});
