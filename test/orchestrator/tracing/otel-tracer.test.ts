import { PassThrough } from "node:stream";
import { pino } from "pino";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createMetrics } from "../../../orchestrator/metrics/metrics.ts";
import { runTurn } from "../../../orchestrator/run-turn.ts";
import { createOtelTracer } from "../../../orchestrator/tracing/otel-tracer.ts";
import { createConversation } from "../../../orchestrator/turn/conversation.ts";
import { createRecorder } from "../../../orchestrator/turn/recorder.ts";
import type { TurnReport } from "../../../orchestrator/turn/report.ts";
import type { TurnSpans } from "../../../orchestrator/turn/spans.ts";
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from "../../standins/otlp-collector.ts";
import { cameraOf, engineOf, frameOf, gateOf, personVerdict, settingsOf } from "../../standins/turn.ts";

const SECRET = "my-letter-from-the-clinic";
const SPANS: TurnSpans = {
  spokeMs: -1400,
  prefills: [{ fromMs: -1300, toMs: -900 }],
  committedMs: 505,
  startedMs: 180,
  routedMs: 184,
  requestedMs: 185,
  firstTokenMs: 260,
  lastTokenMs: 400,
  firstAudioMs: 512,
  overMs: 2600,
};

let collector: OtlpCollector;
beforeEach(async () => {
  collector = await startOtlpCollector();
  return () => collector.close();
});

function setUp(headers: Readonly<Record<string, string>> = {}) {
  const sink = new PassThrough();
  const tracer = createOtelTracer({ url: collector.url, headers }, pino({ level: "info" }, sink));
  onTestFinished(() => tracer.close());
  return { tracer, logged: () => (sink.read() as Buffer | null)?.toString() ?? "" };
}

function report(fields: Partial<TurnReport> = {}): TurnReport {
  const { signal } = new AbortController();
  return {
    ...createRecorder({ turnId: "turn-1", signal, transport: "livekit" }).report(),
    outcome: "answered",
    ...fields,
  };
}

const ms = ({ startTimeUnixNano, endTimeUnixNano }: CollectedSpan, zero: number) =>
  [startTimeUnixNano, endTimeUnixNano].map((nanos) =>
    Math.round(Number(BigInt(nanos) / 1000n) / 1000 - zero),
  );

test("a turn is one trace: its parts on one axis, beneath one span", async () => {
  const { tracer } = setUp({ authorization: "Bearer token" });
  const endedAtMs = performance.now();
  const zero = Date.now();
  tracer.trace({ call: "call-1", report: report(), spans: SPANS, interrupted: false, endedAtMs });
  await tracer.close();
  const root = collector.spans.find(({ name }) => name === "turn");
  if (!root) throw new Error("no span of the turn");
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(collector.spans.filter((span) => span !== root).every((s) => s.parentSpanId === root.spanId)).toBe(
    true,
  );
  const near = ([from = 0, to = 0]: readonly number[]) => [
    expect.closeTo(from, -1) as number,
    expect.closeTo(to, -1) as number,
  ];
  const times = Object.fromEntries(collector.spans.map((span) => [span.name, ms(span, zero)]));
  expect(times).toEqual({
    turn: near([-1400, 2600]),
    speech: near([-1400, 0]),
    prefill: near([-1300, -900]),
    silence: near([0, 505]),
    route: near([180, 184]),
    ttft: near([185, 260]),
    voice: near([260, 512]),
    playing: near([512, 2600]),
  });
  expect(collector.authorizations).toEqual(["Bearer token"]);
});

test("decisions and counts go along; a fixed sentence is a fault", async () => {
  const { tracer } = setUp();
  const usage = { promptTokens: 900, cachedTokens: 880, completionTokens: 20 };
  const spans = { ...SPANS, prefills: [] };
  const turn = { call: "call-1", spans, interrupted: true, endedAtMs: performance.now() };
  tracer.trace({ ...turn, report: report({ usage, outcome: "notice" }) });
  await tracer.close();
  const root = collector.spans.find(({ name }) => name === "turn");
  expect(root?.status.code).toBe(2);
  expect(
    Object.fromEntries(root?.attributes.map(({ key, value }) => [key, Object.values(value)[0]]) ?? []),
  ).toEqual({
    "sightline.call": "call-1",
    "sightline.turn": "turn-1",
    "sightline.transport": "livekit",
    "sightline.outcome": "notice",
    "sightline.interrupted": true,
    "gen_ai.usage.input_tokens": 900,
    "gen_ai.usage.output_tokens": 20,
    "sightline.cached_tokens": 880,
  });
});

test("a turn of the core leaves its trace, and no word or picture of it", async () => {
  const { tracer } = setUp();
  const frame = frameOf();
  await runTurn(
    {
      ports: {
        camera: cameraOf(frame),
        gate: gateOf(personVerdict),
        local: engineOf(`${SECRET} is |here.`),
        cloud: undefined,
        describer: engineOf("One |person."),
      },
      settings: settingsOf(),
      conversation: createConversation("call-2"),
      contextTokens: 100_000,
      localPictures: 24,
      metrics: createMetrics(),
      tracer,
      log: pino({ level: "silent" }),
      transport: "terminal",
    },
    `What is in front of me, ${SECRET}?`,
    new AbortController().signal,
    { onText: () => {} },
  );
  await tracer.close();
  expect(collector.spans.map(({ name }) => name)).toContain("turn");
  const sent = collector.bodies.join();
  expect(sent).toContain("call-2");
  expect(sent).not.toContain(SECRET);
  expect(sent).not.toContain((await frame.detailed()).sha256);
  expect(sent.length).toBeLessThan(5000);
});

test("traces that get lost are told once, and nothing else suffers", async () => {
  const { tracer, logged } = setUp();
  collector.answer(400);
  const turn = { call: "call-1", report: report(), spans: SPANS, interrupted: false, endedAtMs: 0 };
  for (let nth = 0; nth < 600; nth++) tracer.trace(turn);
  await tracer.close();
  expect(logged().match(/traces are lost/g)).toHaveLength(1);
  expect(collector.authorizations.length).toBeGreaterThan(1);
});
