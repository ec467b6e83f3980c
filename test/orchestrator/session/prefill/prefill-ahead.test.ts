import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { pastOf } from "../../../standins/turn.ts";
import { hangs, LOOKS_MS, openPrefill } from "./prefill-fixture.ts";

let opened: ReturnType<typeof openPrefill> | undefined;
afterEach(() => opened?.end());

function open(options: Parameters<typeof openPrefill>[0] = {}) {
  return (opened = openPrefill(options));
}

/** A question that is asked for so long has a second picture computed. */
const ONE_MORE_MS = 4000;

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

  test("and again when a long question's camera is held on something else", async () => {
    const { ahead, prompts, show, conversation } = open();
    await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    await show(160);
    await delay(ONE_MORE_MS);
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
    ahead.chosen(frame);
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
      prefill: (signal) => hangs(signal, stopped),
    });
    await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    ahead.giveWay();
    expect(stopped).not.toHaveBeenCalled();
    ahead.chosen(undefined);
    expect(stopped).toHaveBeenCalledTimes(1);
    await delay(LOOKS_MS);
    expect(prompts).toHaveLength(1);
  });

  test("one is under way at a time, and gives way to a question about another picture", async () => {
    const aborted = Promise.withResolvers<void>();
    const { ahead, prompts, show, conversation, metrics } = open({
      prefill: (signal) => hangs(signal, aborted.resolve),
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

test("a prefix that waited for the engine's other work does not count against the question", async () => {
  let hasRoom = false;
  const { ahead, prompts, show } = open({ state: () => ({ hasRoom, idleMs: 0, mostPictures: undefined }) });
  await show(100);
  ahead.onSpeech("speaking");
  await delay(LOOKS_MS);
  expect(prompts).toEqual([]);
  hasRoom = true;
  await delay(LOOKS_MS);
  expect(prompts).toHaveLength(1);
});

test("another call that was faster costs neither the pause's picture nor an entry in the ledger", async () => {
  let looks = 0;
  // Room at the first look, gone by the time the picture is encoded.
  const state = () => ({ hasRoom: ++looks !== 2, idleMs: 0, mostPictures: undefined });
  const { ahead, prompts, sent, show } = open({ state });
  await show(100);
  ahead.onSpeech("paused");
  await delay(LOOKS_MS);
  expect(looks).toBeGreaterThan(2);
  expect(prompts).toHaveLength(1);
  expect(sent).toHaveLength(1);
});

test("into an answer nothing is computed before its words have ended it", async () => {
  let answering = true;
  const { ahead, prompts, show, conversation } = open({ answering: () => answering });
  await show(100);
  ahead.onSpeech("speaking");
  await delay(LOOKS_MS);
  expect(prompts).toEqual([]);
  conversation.commit(pastOf({ answer: "A" }));
  answering = false;
  await delay(LOOKS_MS);
  expect(prompts).toHaveLength(1);
  expect(ahead.warm(conversation.snapshot())).toBeDefined();
});

test("each pause of a long question before a moving camera gets its picture, also the last", async () => {
  const { ahead, prompts, show, conversation } = open();
  await show(60);
  let last = await show(75);
  for (let pause = 0; pause < 5; pause++) {
    ahead.onSpeech("speaking");
    await show(80 + 30 * pause);
    await delay(510);
    last = await show(95 + 30 * pause);
    ahead.onSpeech("paused");
    await delay(LOOKS_MS);
  }
  expect(prompts).toHaveLength(5);
  expect(ahead.warm(conversation.snapshot())).toBe(last);
});

describe("a question that goes with another picture", () => {
  test("stops the one that is being computed", async () => {
    const stopped = vi.fn<() => void>();
    const { ahead, show } = open({
      prefill: (signal) => hangs(signal, stopped),
    });
    await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    const other = await show(160);
    ahead.giveWay();
    expect(stopped).not.toHaveBeenCalled();
    ahead.chosen(other);
    expect(stopped).toHaveBeenCalledTimes(1);
  });

  test("leaves the one that is warm unused", async () => {
    const { ahead, show, metrics } = open();
    const unused = async () => (await metrics.exposition()).match(/unused_prefills_total (\d+)/)?.[1];
    const first = await show(100);
    ahead.onSpeech("speaking");
    await delay(LOOKS_MS);
    ahead.chosen(first);
    ahead.onSpeech("over");
    ahead.onSpeech("speaking");
    await show(160);
    await show(160);
    await delay(LOOKS_MS);
    expect(await unused()).toBe("0");
    ahead.close();
    expect(await unused()).toBe("1");
  });
});
