import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as labels from "../../../orchestrator/metrics/labels.ts";
import { createMetrics } from "../../../orchestrator/metrics/metrics.ts";
import { observeTurn } from "../../../orchestrator/metrics/observe-turn.ts";
import type { TurnReport } from "../../../orchestrator/turn/report.ts";
import type { Route } from "../../../orchestrator/turn/turn.ts";
import { sampleFrame, sampleVerdict, turnReport } from "./turn-report.ts";

async function expositionOf(...reports: readonly TurnReport[]): Promise<string> {
  const metrics = createMetrics();
  for (const report of reports) observeTurn(metrics, report);
  return metrics.exposition();
}

describe("a finished turn", () => {
  test("is counted with its route, reason and outcome", async () => {
    expect(await expositionOf(turnReport(), turnReport())).toContain(
      'sightline_turns_total{transport="terminal",route="local",reason="person-in-frame",outcome="answered"} 2',
    );
  });

  test("typed on the page is counted as such", async () => {
    expect(await expositionOf(turnReport({ transport: "http" }))).toContain(
      'sightline_turns_total{transport="http",route="local",reason="person-in-frame",outcome="answered"} 1',
    );
  });

  test("has its times in seconds", async () => {
    const text = await expositionOf(turnReport());
    expect(text).toContain('sightline_ttft_seconds_sum{engine="local",route="local"} 0.12');
    expect(text).toContain('sightline_turn_latency_seconds_sum{transport="terminal",route="local"} 0.18');
    expect(text).toContain('sightline_turn_seconds_sum{transport="terminal",route="local"} 0.9');
    expect(text).toContain('sightline_itl_seconds_sum{engine="local"} 0.02');
    expect(text).toContain('sightline_itl_seconds_count{engine="local"} 2');
    expect(text).toContain('sightline_gate_seconds_sum{verdict="person"} 0.031');
  });

  test("adds its tokens to those of the engine that answered", async () => {
    const text = await expositionOf(turnReport(), turnReport());
    expect(text).toContain('sightline_prompt_tokens_total{engine="local"} 2200');
    expect(text).toContain('sightline_cached_prompt_tokens_total{engine="local"} 2000');
    expect(text).toContain('sightline_completion_tokens_total{engine="local"} 48');
    expect(text).toContain('sightline_prompt_tokens_total{engine="cloud"} 0');
  });

  test("counts every engine fault, refusal, contradiction and cut", async () => {
    const text = await expositionOf(
      turnReport({
        engineErrors: [
          { engine: "cloud", category: "timeout" },
          { engine: "local", category: "server" },
        ],
        refused: true,
        contradicted: true,
        truncated: true,
      }),
      turnReport(),
    );
    expect(text).toContain('sightline_engine_errors_total{engine="cloud",category="timeout"} 1');
    expect(text).toContain('sightline_engine_errors_total{engine="local",category="server"} 1');
    expect(text).toContain("sightline_refusals_total 1");
    expect(text).toContain("sightline_contradicted_answers_total 1");
    expect(text).toContain("sightline_truncated_answers_total 1");
  });

  test("that was cancelled before anything was decided counts as undecided and measures no engine", async () => {
    const text = await expositionOf(
      turnReport({
        need: null,
        frame: null,
        verdict: null,
        route: null,
        outcome: "cancelled",
        usage: null,
        asked: [],
        ttftMs: null,
        latencyMs: null,
        itlMs: [],
      }),
    );
    expect(text).toContain('route="none",reason="undecided",outcome="cancelled"} 1');
    expect(text).not.toMatch(/^sightline_turn_latency_seconds_count/m);
    expect(text).not.toMatch(/^sightline_ttft_seconds_count.* [1-9]/m);
    expect(text).toContain('sightline_frame_choices_total{reason="photo"} 0');
  });
});

describe("first tokens", () => {
  test("go to the engine that spoke, under the one that was asked first; attempts to all that were asked", async () => {
    const text = await expositionOf(
      turnReport({
        route: { engine: "local", reason: "cloud-unavailable" },
        asked: [
          { engine: "cloud", ttftMs: null, overtakenMs: 1290 },
          { engine: "local", ttftMs: 90, overtakenMs: null },
        ],
        ttftMs: 1290,
      }),
    );
    expect(text).toContain('sightline_ttft_seconds_sum{engine="local",route="cloud"} 0.09');
    expect(text).toContain('sightline_engine_attempts_total{engine="cloud"} 1');
    expect(text).toContain('sightline_engine_attempts_total{engine="local"} 1');
    expect(text).toContain('sightline_ttft_seconds_count{engine="cloud",route="cloud"} 0');
  });

  test("a failed attempt counts as one, a question taken back before the first token does not", async () => {
    const asked = [{ engine: "local", ttftMs: null, overtakenMs: null }] as const;
    const failed = turnReport({ asked, ttftMs: null, outcome: "notice" });
    const takenBack = turnReport({ asked, ttftMs: null, outcome: "cancelled" });
    const cutShort = turnReport({ outcome: "cancelled" });
    const text = await expositionOf(failed, takenBack, cutShort);
    expect(text).toContain('sightline_engine_attempts_total{engine="local"} 2');
    expect(text).toContain('sightline_ttft_seconds_count{engine="local",route="local"} 1');
  });

  test("an engine asked beside a slow one is late when it had the time and did not speak, or failed", async () => {
    const overtaken = (overtakenMs: number) =>
      turnReport({
        route: { engine: "cloud", reason: "no-person" },
        asked: [
          { engine: "cloud", ttftMs: 1200 + overtakenMs, overtakenMs: null },
          { engine: "local", ttftMs: null, overtakenMs },
        ],
      });
    const attempts = (count: number) => `sightline_engine_attempts_total{engine="local"} ${count}`;
    expect(await expositionOf(overtaken(499))).toContain(attempts(0));
    expect(await expositionOf(overtaken(500))).toContain(attempts(1));
    const failed = { ...overtaken(100), engineErrors: [{ engine: "local", category: "server" }] as const };
    expect(await expositionOf(failed)).toContain(attempts(1));
    expect(await expositionOf(overtaken(100))).toContain('sightline_engine_attempts_total{engine="cloud"} 1');
  });
});

test.each([
  [turnReport({ need: { value: false, reason: "", reading: false, screen: false } }), "not-needed"],
  [turnReport({ frame: null, frameReason: null }), "no-camera"],
  [turnReport(), "photo"],
])("the frame choice is counted %#", async (report, reason) => {
  expect(await expositionOf(report)).toContain(`sightline_frame_choices_total{reason="${reason}"} 1`);
});

const secret = "s3cret-canary";

test("nothing that was said, seen or sent becomes a label", async () => {
  const text = await expositionOf(
    turnReport({
      turnId: secret,
      transport: secret,
      frameReason: secret,
      need: { value: true, reason: secret, reading: false, screen: false },
      frame: { ...sampleFrame, id: secret },
      verdict: {
        ...sampleVerdict,
        model: secret,
        boxes: [{ label: secret, score: 1, x: 0, y: 0, width: 1, height: 1 }],
      },
      route: { engine: "local", reason: secret } as unknown as Route,
      engineErrors: [{ engine: "local", category: secret }],
    }),
  );
  expect(text).not.toContain(secret);
  expect(text).toContain('sightline_engine_errors_total{engine="local",category="other"} 1');
});

const anyTime = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, null));
const anyReport = fc
  .record({
    transport: fc.string(),
    route: fc.oneof(
      fc.constant(null),
      fc.record({
        engine: fc.constantFrom(...labels.routes),
        reason: fc.constantFrom(...labels.routeReasons),
      }),
    ),
    asked: fc.array(
      fc.record({ engine: fc.constantFrom(...labels.engines), ttftMs: anyTime, overtakenMs: anyTime }),
      { maxLength: 3 },
    ),
    ttftMs: anyTime,
    latencyMs: anyTime,
    totalMs: fc.double(),
    itlMs: fc.array(fc.double(), { maxLength: 4 }),
    usage: fc.oneof(
      fc.constant(null),
      fc.record({ promptTokens: anyTime, cachedTokens: anyTime, completionTokens: anyTime }),
    ),
    engineErrors: fc.array(fc.record({ engine: fc.constantFrom(...labels.engines), category: fc.string() }), {
      maxLength: 3,
    }),
  })
  .map(turnReport);

const closed: Readonly<Record<string, readonly string[]>> = {
  engine: labels.engines,
  route: labels.routes,
  transport: [...labels.transports, labels.OTHER],
  reason: [
    ...labels.routeReasons,
    ...labels.frameChoices,
    ...labels.verdictReasons,
    ...labels.waitReasons,
    ...labels.callEnds,
    labels.UNDECIDED,
    labels.OTHER,
  ],
  outcome: labels.outcomes,
  verdict: labels.verdicts,
  category: [...labels.errorCategories, labels.OTHER],
  stage: labels.discardStages,
  kind: labels.prefillKinds,
  result: [...labels.bargeInResults, ...labels.prefillResults],
  wait: ["ttft", "first-audio"],
  judged: labels.judgements,
};

test("whatever is reported, labels stay in their lists and numbers stay numbers", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyReport, { maxLength: 5 }), async (reports) => {
      const text = await expositionOf(...reports);
      for (const [, name = "", value = ""] of text.matchAll(/[{,]([a-z_]+)="([^"]*)"/g))
        expect(name === "le" || closed[name]?.includes(value), `${name}="${value}"`).toBe(true);
      expect(text).not.toMatch(/ (NaN|-?Infinity|-\d.*)$/m);
    }),
    { numRuns: 60 },
  );
});
