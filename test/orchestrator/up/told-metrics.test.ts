import { expect, test } from "vitest";
import { createToldMetrics } from "../../../orchestrator/up/told-metrics.ts";

const listening = (port: number): string =>
  JSON.stringify({ listening: "https://localhost:8443", metrics: `http://127.0.0.1:${port}` });

test("the next one stands beside the one that drains, until that is gone", () => {
  const told: (readonly string[])[] = [];
  const metrics = createToldMetrics((addresses) => told.push(addresses));
  metrics.said(1, listening(11));
  metrics.said(1, '{"draining":true}');
  metrics.said(2, listening(12));
  metrics.gone(1);
  expect(told).toEqual([["127.0.0.1:11"], ["127.0.0.1:11", "127.0.0.1:12"], ["127.0.0.1:12"]]);
});

test("the last one is missed, not forgotten; its next takes its place", () => {
  const told: (readonly string[])[] = [];
  const metrics = createToldMetrics((addresses) => told.push(addresses));
  metrics.said(1, listening(11));
  metrics.gone(1);
  // One that ended before it listened.
  metrics.gone(2);
  expect(told).toEqual([["127.0.0.1:11"]]);
  metrics.said(3, listening(13));
  expect(told.at(-1)).toEqual(["127.0.0.1:13"]);
});

test.each(["ready", "{", '{"listening":"https://localhost:8443"}', '{"metrics":"none"}', "null"])(
  "%s says nothing of metrics",
  (line) => {
    const told: (readonly string[])[] = [];
    createToldMetrics((addresses) => told.push(addresses)).said(1, line);
    expect(told).toEqual([]);
  },
);
