import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Gate } from "../../../orchestrator/turn/ports.ts";
import type { TurnContext } from "../../../orchestrator/turn/turn.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { frameShown, ringShowing, showCamera } from "../../standins/call/camera.ts";
import { synthesise } from "../../standins/speech/synthesise.ts";
import { engineOf, personVerdict, saying, settingsOf, verdictOf } from "../../standins/turn.ts";

let open: TestCall | undefined;
let stopCamera = (): void => {};

afterEach(async () => {
  stopCamera();
  await open?.close();
});

interface CameraOptions {
  readonly hint?: "too-dark" | null;
  /** From the model's request to its words. */
  readonly answerMs?: number;
  /** How bright the picture of an instant is. */
  readonly luma?: (atMs: number) => number;
}

/** A call whose camera delivers frames that need no decoding. */
async function startWithCamera(
  gate: Gate,
  { hint = null, answerMs = 0, luma = () => 120 }: CameraOptions = {},
): Promise<TestCall> {
  const createRing = () =>
    ringShowing({
      gate,
      toFrame({ capturedAtMs }) {
        const frame = frameShown({ capturedAtMs }, luma(capturedAtMs));
        return { ...frame, quality: { ...frame.quality, hint } };
      },
    });
  const answer = async function* () {
    await delay(answerMs);
    yield* saying("A red mug.");
  };
  const started = await startTestCall(answer, {
    deps: { settings: settingsOf({ policy: "local-only" }), createRing },
  });
  stopCamera = showCamera(started.call, { everyMs: 100 });
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

test("who turns the camera while noise holds up the answer hears about what it shows then", async () => {
  let turnedAtMs = Infinity;
  open = await startWithCamera(async (frame) => personVerdict(frame), {
    answerMs: 600,
    luma: (atMs) => (atMs < turnedAtMs ? 120 : 30),
  });
  const { caller, next, engine, ledger, speaker } = open;
  await caller.say("What do you see?", { finalMs: 100 });
  await delay(250);
  expect(engine.prompts).toHaveLength(1);
  turnedAtMs = performance.now();
  const { samples } = await synthesise("hmm hmm hmm hmm hmm");
  const endedAtMs = await caller.sound(samples);
  await next("turn");
  const firstMs = (speaker.firstAtMs(0) ?? 0) - endedAtMs;
  await next("answer-end");
  const shown = ledger.findLast(({ frame }) => frame !== null)?.frame;
  const capturedMs = (shown?.capturedAtMs ?? 0) - (Date.now() - performance.now()) - endedAtMs;
  expect(capturedMs).toBeGreaterThan(-800);
  // A second after the noise no word can come any more; the new answer is ready by then.
  expect(firstMs).toBeGreaterThan(500);
  expect(firstMs).toBeLessThan(1500);
});

test(
  "a private question that was cut off unheard does not leave the box with the next one",
  { timeout: 20_000 },
  async () => {
    let isPerson = true;
    const gate: Gate = async (frame) => (isPerson ? personVerdict(frame) : verdictOf(frame));
    const [local, cloud] = [engineOf<never>(thinking), engineOf<never>(thinking)];
    open = await startTestCall("", {
      deps: {
        settings: settingsOf({ policy: "person-local" }),
        createRing: () => ringShowing({ gate }),
        ports: (camera) => ({
          camera,
          gate: camera.gate,
          local,
          cloud,
          describer: engineOf<never>("Nothing."),
        }),
      },
    });
    const { call } = open;
    stopCamera = showCamera(call, { everyMs: 100 });
    await delay(1200);
    call.request({ type: "ask", text: "What is the man in the red coat doing?" });
    await delay(200);
    isPerson = false;
    await delay(4000);
    call.request({ type: "ask", text: "What is on the table?" });
    await delay(500);
    expect(local.prompts).toHaveLength(2);
    expect(cloud.prompts).toEqual([]);
    call.request({ type: "command", command: "stop" });
    await delay(100);
    call.request({ type: "ask", text: "What is on the table?" });
    await delay(500);
    expect(cloud.prompts).toHaveLength(1);
    expect(JSON.stringify(cloud.prompts)).not.toContain("red coat");
  },
);

/** Says nothing until it is stopped. */
async function* thinking({ signal }: TurnContext) {
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  yield* saying("never");
}

test("a picture that stays too dark is told once, and when it is well again", async () => {
  open = await startWithCamera(async (frame) => verdictOf(frame), { hint: "too-dark" });
  const { next, call, events } = open;
  expect(await next("hint")).toMatchObject({
    hint: "too-dark",
    text: "The picture is too dark: more light, please.",
  });
  stopCamera();
  call.frames.stop("camera");
  expect(await next("hint")).toMatchObject({ hint: null });
  expect(events.filter(({ type }) => type === "hint")).toHaveLength(2);
});
