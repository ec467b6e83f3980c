import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import { createMetrics } from "../../../../orchestrator/metrics/metrics.ts";
import { createPrefillAhead } from "../../../../orchestrator/session/camera/prefill-ahead.ts";
import { createConversation } from "../../../../orchestrator/turn/conversation.ts";
import type { Frame, Jpeg, Prompt, RoutePolicy } from "../../../../orchestrator/turn/turn.ts";
import { createFrameRing } from "../../../../orchestrator/vision/ring.ts";
import { engineOf, frameOf, gateOf, pastOf, settingsOf, verdictOf } from "../../../standins/turn.ts";

/** Longer than the wait between two looks. */
const LOOKS_MS = 250;
const CALLER = { participant: "caller", track: "camera" };
let end: (() => void) | undefined;

afterEach(() => end?.());

/** Prefills of a fake engine; `prefill` decides how long one takes and how it ends. */
function open(
  options: {
    readonly policy?: RoutePolicy;
    readonly prefill?: (signal: AbortSignal) => Promise<boolean>;
  } = {},
) {
  const prompts: Prompt<Jpeg>[] = [];
  const sent: Frame[] = [];
  const local = {
    ...engineOf<Jpeg>("Yes."),
    async prefill(prompt: Prompt<Jpeg>, signal: AbortSignal) {
      prompts.push(prompt);
      return (await options.prefill?.(signal)) ?? true;
    },
  };
  let luma = 100;
  const ring = createFrameRing({
    gate: gateOf((frame) => verdictOf(frame)),
    toFrame: async ({ capturedAtMs }) =>
      frameOf({ id: `${capturedAtMs}`, source: "camera", capturedAtMs, luma }),
  });
  ring.setRate(1000);
  const conversation = createConversation("call");
  const metrics = createMetrics();
  const ahead = createPrefillAhead({
    deps: {
      settings: settingsOf({ policy: options.policy ?? "local-only" }),
      metrics,
      log: createLog("silent"),
    },
    conversation,
    ring,
    ports: { local, cloud: engineOf("Yes.") },
    onSent: (frame) => void sent.push(frame),
  });
  end = () => {
    ahead.close();
    ring.close();
  };
  const show = async (brightness: number, track = "camera"): Promise<Frame> => {
    luma = brightness;
    ring.offer({ source: "camera", rotation: 0, capturedAtMs: performance.now() } as never, {
      ...CALLER,
      track,
    });
    await delay(5);
    const frame = ring.recent("camera").at(-1)!;
    await ring.gate(frame, AbortSignal.timeout(1000));
    return frame;
  };
  return { ahead, prompts, sent, show, conversation, ring, metrics };
}

describe("while somebody speaks", () => {
  test("the newest frame's prefix is computed once, as long as the camera shows the same", async () => {
    const { ahead, prompts, sent, show, conversation } = open();
    const first = await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    await show(100);
    await delay(LOOKS_MS);
    expect(prompts).toHaveLength(1);
    expect(sent).toEqual([first]);
    expect(ahead.warm(conversation.snapshot())).toBe(first);
  });

  test("and again when it is held on something else", async () => {
    const { ahead, prompts, show, conversation } = open();
    await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    await show(160);
    await delay(LOOKS_MS);
    expect(prompts).toHaveLength(1);
    const still = await show(160);
    await delay(LOOKS_MS);
    expect(prompts).toHaveLength(2);
    expect(ahead.warm(conversation.snapshot())).toBe(still);
  });

  test("of a camera that moves all the time, what it shows when the words have stopped", async () => {
    const { ahead, prompts, show, conversation } = open();
    await show(60);
    await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    const last = await show(140);
    await delay(LOOKS_MS / 2);
    expect(prompts).toEqual([]);
    ahead.onSpeech("paused");
    await delay(LOOKS_MS / 2);
    await show(180);
    await delay(LOOKS_MS / 2);
    expect(prompts).toHaveLength(1);
    expect(ahead.warm(conversation.snapshot())).toBe(last);
  });

  test("nothing is computed for a picture that goes to the cloud", async () => {
    const { ahead, prompts, show } = open({ policy: "person-local" });
    await show(100);
    await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    expect(prompts).toEqual([]);
  });

  test("a question about the picture that is being computed does not stop it", async () => {
    const stopped = vi.fn<() => void>();
    const done = Promise.withResolvers<boolean>();
    const { ahead, show, conversation } = open({
      prefill: (signal) => {
        signal.addEventListener("abort", stopped);
        return done.promise;
      },
    });
    const frame = await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    expect(ahead.warm(conversation.snapshot())).toBe(frame);
    ahead.onSpeech("over");
    ahead.giveWay();
    expect(ahead.warm(conversation.snapshot())).toBe(frame);
    await delay(100);
    expect(stopped).not.toHaveBeenCalled();
    expect(ahead.takeSpans()).toHaveLength(1);
    done.resolve(true);
    await delay(5);
    expect(ahead.warm(conversation.snapshot())).toBe(frame);
  });

  test("a question that asks for no picture stops it", async () => {
    const stopped = vi.fn<() => void>();
    const { ahead, show, prompts } = open({
      prefill: (signal) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            stopped();
            reject(new Error("aborted"));
          }),
        ),
    });
    await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    ahead.giveWay();
    await delay(100);
    expect(stopped).toHaveBeenCalledTimes(1);
    await delay(LOOKS_MS);
    expect(prompts).toHaveLength(1);
  });

  test("one is under way at a time, and gives way to a question about another picture", async () => {
    const aborted = Promise.withResolvers<void>();
    const { ahead, prompts, show, conversation, metrics } = open({
      prefill: (signal) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            aborted.resolve();
            reject(new Error("aborted"));
          }),
        ),
    });
    await show(100);
    ahead.onSpeech("speaking");
    await delay(900);
    await show(200);
    await delay(LOOKS_MS);
    expect(prompts).toHaveLength(1);
    ahead.onSpeech("over");
    ahead.giveWay();
    await aborted.promise;
    await delay(5);
    expect(ahead.warm(conversation.snapshot())).toBeUndefined();
    expect(await metrics.exposition()).toContain('sightline_prefills_total{result="aborted"} 1');
  });
});

test("when nobody speaks nothing is looked at", async () => {
  const { ahead, prompts, show } = open();
  await show(100);
  ahead.onSpeech("speaking");
  ahead.onSpeech("over");
  await delay(LOOKS_MS);
  await show(200);
  await delay(LOOKS_MS);
  expect(prompts.length).toBeLessThanOrEqual(1);
});

describe("what was computed is of no use any more", () => {
  test.each<[string, (call: ReturnType<typeof open>) => unknown]>([
    ["behind another history", ({ conversation }) => conversation.commit(pastOf())],
    ["when the camera was switched off", ({ ring }) => ring.stop("camera")],
    ["when another camera is shown", ({ show }) => show(100, "other")],
  ])("%s", async (_, change) => {
    const call = open();
    await call.show(100);
    call.ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    call.ahead.onSpeech("over");
    expect(call.ahead.warm(call.conversation.snapshot())).toBeDefined();
    await change(call);
    expect(call.ahead.warm(call.conversation.snapshot())).toBeUndefined();
  });
});

test("a fault is counted, and changes nothing", async () => {
  const { ahead, show, conversation, metrics } = open({ prefill: () => Promise.reject(new Error("down")) });
  await show(100);
  ahead.onSpeech("speaking");
  await delay(50);
  ahead.onSpeech("over");
  expect(ahead.warm(conversation.snapshot())).toBeUndefined();
  expect(await metrics.exposition()).toMatch(/sightline_prefills_total\{result="failed"\} 1/);
});

test("the past is computed without a picture, at the start and after a compaction", async () => {
  const { ahead, prompts, conversation } = open();
  ahead.warmPast();
  await delay(10);
  conversation.commit(pastOf({ question: "What is this?", answer: "A cup." }));
  ahead.warmPast();
  await delay(10);
  expect(prompts.map(({ messages }) => messages.length)).toEqual([2, 4]);
  expect(JSON.stringify(prompts)).not.toContain('picture"');
});

test("an engine that idles is asked for a token, and one that has just been used is not", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  try {
    const { ahead, prompts } = open();
    await vi.advanceTimersByTimeAsync(6000);
    ahead.giveWay();
    await vi.advanceTimersByTimeAsync(6000);
    expect(prompts).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2000);
    expect(prompts).toHaveLength(1);
    ahead.close();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(prompts).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});
