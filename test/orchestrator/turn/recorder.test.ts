import { expect, test } from "vitest";
import { createRecorder } from "../../../orchestrator/turn/recorder.ts";

test("of the engines that were asked one spoke, and the others had time until then", () => {
  let nowMs = 0;
  const recorder = createRecorder({
    turnId: "turn",
    signal: new AbortController().signal,
    transport: "terminal",
    now: () => nowMs,
  });
  const { ctx } = recorder;
  const asked = () => recorder.report().asked;
  ctx.report({ type: "asked", engine: "cloud" });
  nowMs = 1200;
  ctx.report({ type: "asked", engine: "local" });
  expect(asked()).toEqual([
    { engine: "cloud", ttftMs: null, overtakenMs: null },
    { engine: "local", ttftMs: null, overtakenMs: null },
  ]);
  nowMs = 1250;
  ctx.report({ type: "route", route: { engine: "cloud", reason: "no-person" } });
  ctx.mark("first-token");
  expect(asked()).toEqual([
    { engine: "cloud", ttftMs: 1250, overtakenMs: null },
    { engine: "local", ttftMs: null, overtakenMs: 50 },
  ]);
});
