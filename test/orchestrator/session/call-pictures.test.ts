import { afterEach, expect, test } from "vitest";
import type { Gate } from "../../../orchestrator/turn/ports.ts";
import { createFrameRing } from "../../../orchestrator/vision/ring.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { frameOf, personVerdict, settingsOf, verdictOf } from "../../standins/turn.ts";

let open: TestCall | undefined;
let camera: NodeJS.Timeout | undefined;

afterEach(async () => {
  clearInterval(camera);
  await open?.close();
});

/** A call whose camera delivers frames that need no decoding. */
async function startWithCamera(gate: Gate, hint: "too-dark" | null = null): Promise<TestCall> {
  const createRing = () =>
    createFrameRing({
      gate,
      toFrame: async ({ capturedAtMs }) => {
        const frame = frameOf({ id: `frame ${capturedAtMs}`, source: "camera", capturedAtMs });
        return { ...frame, quality: { ...frame.quality, hint } };
      },
    });
  const started = await startTestCall("A red mug.", {
    deps: { settings: settingsOf({ policy: "local-only" }), createRing },
  });
  camera = setInterval(() => {
    const raw = { source: "camera", capturedAtMs: performance.now() };
    started.call.frames.offer(raw as never, { participant: "caller", track: "camera" });
  }, 100);
  return started;
}

test("a spoken question about the picture goes with a frame, its verdict known, into prompt and ledger", async () => {
  open = await startWithCamera(async (frame) => personVerdict(frame));
  const { caller, next, engine, ledger } = open;
  await caller.say("What do you see?");
  expect(await next("turn")).toMatchObject({ engine: "local" });
  await next("answer-end");
  expect(JSON.stringify(engine.prompts.at(-1)?.messages)).toContain('"picture"');
  expect(open.history()).toMatchObject([{ answer: "A red mug.", engine: "local", jpeg: { width: 640 } }]);
  expect(ledger).toMatchObject([
    {
      frame: { source: "camera", verdict: "person", persons: 1 },
      ear: { name: "fake-ear", host: "this machine" },
      voice: { name: "fake" },
    },
  ]);
  const capturedAgoMs = Date.now() - (ledger[0]?.frame?.capturedAtMs ?? 0);
  expect(capturedAgoMs).toBeGreaterThan(500);
  expect(capturedAgoMs).toBeLessThan(5000);
});

test("a picture that stays too dark is told once, and when it is well again", async () => {
  open = await startWithCamera(async (frame) => verdictOf(frame), "too-dark");
  const { next, call, events } = open;
  expect(await next("hint")).toMatchObject({
    hint: "too-dark",
    text: "The picture is too dark: more light, please.",
  });
  clearInterval(camera);
  call.frames.stop("camera");
  expect(await next("hint")).toMatchObject({ hint: null });
  expect(events.filter(({ type }) => type === "hint")).toHaveLength(2);
});
