import { expect, test } from "vitest";
import { createMetrics } from "../../../orchestrator/metrics/metrics.ts";

test("the TTFT histogram has the buckets of the objectives", async () => {
  const metrics = createMetrics();
  metrics.ttft.observe({ engine: "local", route: "local" }, 0.12);
  const bounds = [
    ...(await metrics.exposition()).matchAll(/^sightline_ttft_seconds_bucket\{le="([^"]+)",engine="local"/gm),
  ];
  expect(bounds.map((match) => match[1]).join(" ")).toBe(
    "0.01 0.02 0.03 0.04 0.06 0.08 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.55 0.6 0.7 0.8 1 1.5 2 3 5 10 +Inf",
  );
});

test("small families stand at zero before anything happened", async () => {
  const text = await createMetrics().exposition();
  expect(text).toContain('sightline_engine_errors_total{engine="cloud",category="at-capacity"} 0');
  expect(text).toContain('sightline_engine_errors_total{engine="local",category="other"} 0');
  expect(text).toContain('sightline_cached_prompt_tokens_total{engine="local"} 0');
  expect(text).toContain('sightline_gate_seconds_count{verdict="unknown"} 0');
  expect(text).toContain('sightline_frame_choices_total{reason="no-camera"} 0');
  expect(text).toContain("sightline_refusals_total 0");
  expect(text).toContain('sightline_ttft_seconds_count{engine="local",route="local"} 0');
  expect(text).toContain('sightline_engine_attempts_total{engine="local"} 0');
  expect(text).toContain('sightline_cloud_pictures_total{judged="not-clear"} 0');
  expect(text).toContain('sightline_calls_ended_total{reason="failed"} 0');
});

test("what alerts count of larger families stands at zero too", async () => {
  const text = await createMetrics().exposition();
  for (const transport of ["terminal", "http", "livekit"])
    for (const reason of ["local-unavailable", "local-only"])
      for (const end of [
        'route="describer",reason="R",outcome="answered"',
        'route="none",reason="R",outcome="notice"',
      ])
        expect(text).toContain(
          `sightline_turns_total{transport="${transport}",${end.replace("R", reason)}} 0`,
        );
  for (const reason of ["unready", "busy", "timeout", "unreachable", "garbage"])
    expect(text).toContain(`sightline_verdicts_total{verdict="unknown",reason="gate-${reason}"} 0`);
});

test("every name has the prefix, every counter ends in _total, every time in _seconds", async () => {
  const types = [...(await createMetrics().exposition()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThanOrEqual(15);
  for (const [, name, type] of types)
    expect(name).toMatch(type === "counter" ? /^sightline_[a-z_]+_total$/ : /^sightline_[a-z_]+_seconds$/);
});

test("two sets of metrics share nothing", async () => {
  const one = createMetrics();
  const other = createMetrics();
  one.refusals.inc();
  expect(await one.exposition()).toContain("sightline_refusals_total 1");
  expect(await other.exposition()).toContain("sightline_refusals_total 0");
});
