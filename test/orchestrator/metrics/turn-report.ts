import type { TurnReport } from "../../../orchestrator/turn/report.ts";
import type { Frame, Verdict } from "../../../orchestrator/turn/turn.ts";

export const sampleFrame: Frame = {
  id: "frame-1",
  source: "photo",
  capturedAtMs: 0,
  width: 640,
  height: 384,
  quality: { sharpness: 900, mean: 120, deviation: 50, hint: null },
  scene: new Uint8Array(768),
  gated: { bytes: new Uint8Array([1, 2, 3]), sha256: "ab", width: 640, height: 384 },
  detailed: () => Promise.reject(new Error("not asked for by metrics")),
};

export const sampleVerdict: Verdict = {
  value: "person",
  score: 0.91,
  reason: "person-detected",
  boxes: [{ label: "person", score: 0.91, x: 1, y: 2, width: 3, height: 4 }],
  model: "yolox_nano",
  ms: 31,
  sha256: "ab",
};

/** A turn over a picture of a person, answered by the local engine, with some members changed. */
export function turnReport(changes: Partial<TurnReport> = {}): TurnReport {
  return {
    turnId: "turn-1",
    transport: "terminal",
    need: { value: true, reason: "asks-what-is-seen", reading: false, screen: false },
    frame: sampleFrame,
    frameReason: "photo",
    verdict: sampleVerdict,
    route: { engine: "local", reason: "person-in-frame" },
    outcome: "answered",
    usage: { promptTokens: 1100, cachedTokens: 1000, completionTokens: 24 },
    asked: [{ engine: "local", ttftMs: 120, overtakenMs: null }],
    ttftMs: 120,
    latencyMs: 180,
    totalMs: 900,
    gateMs: 31,
    itlMs: [8, 12],
    engineErrors: [],
    answerableBy: [],
    refused: false,
    contradicted: false,
    truncated: false,
    picture: null,
    ...changes,
  };
}
