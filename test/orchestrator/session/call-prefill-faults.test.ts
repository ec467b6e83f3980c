import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type SeeingCall, startSeeingCall } from "./seeing-call.ts";

const QUESTION = "Can you please tell me what you see in front of me?";
/** Every question ends by then, in an answer, a notice or a cancel. */
const TURN_MS = 8000;
const ANSWER = "A checkered cloth.";

let open: SeeingCall | undefined;
afterEach(() => open?.close());

/** Asks; what happens between prefill and question happens while it is asked. */
async function askWhile(call: SeeingCall, meanwhile: () => unknown): Promise<string> {
  const said = call.caller.say(QUESTION);
  await call.prefilled(1);
  await meanwhile();
  const endedAtMs = await said;
  const { text } = await call.next("answer-end", TURN_MS + 1000);
  expect(performance.now() - endedAtMs).toBeLessThan(TURN_MS + 1000);
  return text;
}

/** Of the picture that the last answer was about. */
const lastPicture = (call: SeeingCall) => call.history().at(-1)?.jpeg;

describe("between prefill and question", () => {
  test("the camera ends: no picture is spoken of that nobody sees any more", async () => {
    open = await startSeeingCall();
    const { camera, call } = open;
    const text = await askWhile(open, () => {
      camera.on = false;
      call.frames.stop("camera");
    });
    expect(text).not.toContain("checkered");
    expect(lastPicture(open) ?? null).toBeNull();
  });

  test("the camera is turned: what it shows now is asked about", async () => {
    open = await startSeeingCall();
    const { camera } = open;
    expect(await askWhile(open, () => (camera.rotation = 90))).toBe(ANSWER);
    expect(lastPicture(open)).toMatchObject({ width: 476, height: 616 });
  });

  test("the camera is switched: nothing of the other one goes with the question", async () => {
    open = await startSeeingCall();
    const { camera, call } = open;
    let before: ReturnType<typeof call.frames.recent> = [];
    const text = await askWhile(open, () => {
      before = call.frames.recent("camera");
      camera.track = "other";
      camera.seed = 2;
    });
    expect(text).toBe(ANSWER);
    const shown = await Promise.all(before.map(async (frame) => (await frame.detailed()).sha256));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).not.toContain(lastPicture(open)?.sha256);
  });

  test("the camera is muted and comes back: the question waits for a new picture", async () => {
    open = await startSeeingCall();
    const { camera, call } = open;
    const [old] = call.frames.recent("camera");
    const text = await askWhile(open, async () => {
      camera.on = false;
      call.frames.stop("camera");
      await delay(300);
      camera.seed = 4;
      call.frames.start("camera");
      camera.on = true;
    });
    expect(text).toBe(ANSWER);
    expect(lastPicture(open)?.sha256).toBeDefined();
    expect(lastPicture(open)?.sha256).not.toBe((await old?.detailed())?.sha256);
  });

  test("the engine is restarted: the answer is cold, and right", async () => {
    open = await startSeeingCall();
    const { restartEngine, metric } = open;
    expect(await askWhile(open, restartEngine)).toBe(ANSWER);
    expect(lastPicture(open)).toMatchObject({ width: 616, height: 476 });
    expect(await metric('sightline_cached_prompt_tokens_total{engine="local"}')).toBe(0);
  });

  test("the engine has forgotten the pictures: their bytes are sent again", async () => {
    open = await startSeeingCall();
    const { simulator } = open;
    expect(await askWhile(open, () => simulator().flushImages())).toBe(ANSWER);
    open.camera.seed = 5;
    expect(await askWhile(open, () => simulator().flushImages())).toBe(ANSWER);
  });
});

test("a prefill that takes longer than the question does not hold it up", { timeout: 20_000 }, async () => {
  open = await startSeeingCall({ simulator: { profile: "l4-7b-fp8", answer: ANSWER } });
  const { caller, camera, next, speaker } = open;
  const said = caller.say("What is this?");
  camera.seed = 3;
  const endedAtMs = await said;
  expect(await next("answer-end", TURN_MS)).toMatchObject({ text: ANSWER });
  expect((speaker.firstAtMs(endedAtMs) ?? Infinity) - endedAtMs).toBeLessThan(2500);
});
