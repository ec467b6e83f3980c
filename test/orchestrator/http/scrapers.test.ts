import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
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

test("nobody scrapes: nobody is waited for", async () => {
  expect(await tookMs(createScrapers(AWAY_MS).haveAll(metrics(3)))).toBeLessThan(50);
});

test("who has the last counts is not waited for, whatever a gauge says by now", async () => {
  const scrapers = createScrapers(AWAY_MS);
  scrapers.gave("10.0.0.1", metrics(3, 1000));
  expect(await tookMs(scrapers.haveAll(metrics(3, 2000)))).toBeLessThan(50);
});

test("everybody who scrapes is waited for until he has them", async () => {
  const scrapers = createScrapers(AWAY_MS);
  scrapers.gave("10.0.0.1", metrics(2));
  scrapers.gave("10.0.0.2", metrics(2));
  let isOver = false;
  const over = scrapers.haveAll(metrics(3)).then(() => (isOver = true));
  await wait(50);
  scrapers.gave("10.0.0.1", metrics(3));
  await wait(50);
  expect(isOver).toBe(false);
  scrapers.gave("10.0.0.2", metrics(3));
  expect(await tookMs(over.then(() => {}))).toBeLessThan(100);
});

test("who does not come any more is waited for no longer than between two scrapes", async () => {
  const scrapers = createScrapers(AWAY_MS);
  scrapers.gave("10.0.0.1", metrics(2));
  await wait(100);
  const ms = await tookMs(scrapers.haveAll(metrics(3)));
  expect(ms).toBeGreaterThan(AWAY_MS - 150);
  expect(ms).toBeLessThan(AWAY_MS);
});
