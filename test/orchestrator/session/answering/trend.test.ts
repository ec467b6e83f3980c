import { expect, test } from "vitest";
import { createMetrics } from "../../../../orchestrator/metrics/metrics.ts";
import { createTrend } from "../../../../orchestrator/session/answering/trend.ts";

test("a call that gets slower shows it in the log's fields and in the histogram, in seconds", async () => {
  const metrics = createMetrics();
  const trend = createTrend(metrics);
  expect(trend.add({ ttftMs: 100, firstAudioMs: 500 })).toEqual({
    ttftSlopeMs: null,
    firstAudioSlopeMs: null,
  });
  trend.add({ ttftMs: 120, firstAudioMs: 500 });
  expect(trend.add({ ttftMs: 140, firstAudioMs: 500 })).toEqual({ ttftSlopeMs: 20, firstAudioSlopeMs: 0 });
  const text = await metrics.exposition();
  expect(text).toContain('sightline_wait_slope_seconds_sum{wait="ttft"} 0.02');
  expect(text).toContain('sightline_wait_slope_seconds_bucket{le="0.02",wait="ttft"} 1');
  expect(text).toContain('sightline_wait_slope_seconds_bucket{le="0.001",wait="first-audio"} 1');
});

test("a question without an answer, or one that is read, takes no part", () => {
  const trend = createTrend(createMetrics());
  for (const firstAudioMs of [500, null, 510, null, 520]) trend.add({ ttftMs: null, firstAudioMs });
  expect(trend.add({ ttftMs: null, firstAudioMs: null })).toEqual({
    ttftSlopeMs: null,
    firstAudioSlopeMs: 10,
  });
});
