import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { PastTurn } from "../../../../orchestrator/turn/turn.ts";
import { jpegOf, pastOf } from "../../../standins/turn.ts";
import { openPrefill } from "./prefill-fixture.ts";

let opened: ReturnType<typeof openPrefill> | undefined;
afterEach(() => opened?.end());

function open(options: Parameters<typeof openPrefill>[0] = {}) {
  return (opened = openPrefill(options));
}

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

test("an engine that idles is asked for a token, and one that is or was just used is not", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  try {
    let idleMs = 0;
    const { ahead, prompts } = open({ state: () => ({ hasRoom: true, idleMs, mostPictures: undefined }) });
    ahead.warmPast();
    await vi.advanceTimersByTimeAsync(20_000);
    idleMs = 7000;
    await vi.advanceTimersByTimeAsync(600);
    expect(prompts).toHaveLength(1);
    idleMs = 8000;
    await vi.advanceTimersByTimeAsync(100);
    expect(prompts).toHaveLength(2);
    idleMs = 0;
    await vi.advanceTimersByTimeAsync(600);
    expect(prompts).toHaveLength(2);
    idleMs = 8000;
    ahead.close();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(prompts).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test("an engine that failed is left alone for five seconds", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  try {
    const { ahead, prompts } = open({ prefill: () => Promise.reject(new Error("broken")) });
    ahead.warmPast();
    await vi.advanceTimersByTimeAsync(4900);
    expect(prompts).toHaveLength(1);
    ahead.warmPast();
    await vi.advanceTimersByTimeAsync(5000);
    expect(prompts).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test("nothing runs before the past is wanted", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const { ahead } = open();
    expect(vi.getTimerCount()).toBe(0);
    ahead.warmPast();
    expect(vi.getTimerCount()).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

describe("the past", () => {
  const budget = { tokens: 100_000, pictures: 2 };
  const pictured = (question: string): PastTurn => pastOf({ question, jpeg: jpegOf(question) });
  /** A fake prefill of which each waits to be let go, or aborted. */
  function gated() {
    const waiting: (() => void)[] = [];
    const prefill = (signal: AbortSignal): Promise<boolean> =>
      new Promise((resolve, reject) => {
        waiting.push(() => resolve(true));
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    return { waiting, prefill };
  }

  test("that was planned is adopted once it is warm, and not while somebody speaks", async () => {
    const { waiting, prefill } = gated();
    const { ahead, conversation, adopted } = open({ prefill });
    for (const name of ["one", "two"]) conversation.commit(pictured(name));
    const long = conversation.snapshot();
    conversation.plan(budget);
    ahead.warmPast();
    expect(waiting).toHaveLength(1);
    ahead.onSpeech("speaking");
    ahead.onSpeech("paused");
    waiting[0]?.();
    await delay(20);
    expect(conversation.snapshot()).toBe(long);
    expect(adopted).toEqual([]);
    ahead.onSpeech("over");
    await delay(600);
    expect(conversation.snapshot()).not.toBe(long);
    expect(adopted).toEqual([conversation.snapshot()]);
    expect(conversation.planned()).toBeUndefined();
  });

  test("that has grown meanwhile is warmed to its end before", async () => {
    const { waiting, prefill } = gated();
    const { ahead, conversation, prompts } = open({ prefill });
    for (const name of ["one", "two"]) conversation.commit(pictured(name));
    conversation.plan(budget);
    ahead.warmPast();
    conversation.commit(pictured("three"));
    waiting[0]?.();
    await delay(20);
    expect(prompts).toHaveLength(2);
    expect(JSON.stringify(prompts[1])).toContain("three");
    expect(conversation.planned()).toBeDefined();
    waiting[1]?.();
    await delay(20);
    expect(conversation.planned()).toBeUndefined();
  });

  test("is computed from where it changed when a turn came meanwhile", async () => {
    const { waiting, prefill } = gated();
    const { ahead, conversation, prompts } = open({ prefill });
    for (let nth = 0; nth < 6; nth++) conversation.commit(pictured(`${nth} ${"x".repeat(1000)}`));
    conversation.plan(budget);
    ahead.warmPast();
    for (const at of [0, 1]) {
      waiting[at]?.();
      await delay(5);
    }
    ahead.giveWay();
    conversation.commit(pictured("three"));
    await delay(200);
    const [first = 0, second = 0, stopped = 0, next = 0] = prompts.map(({ messages }) => messages.length);
    expect([first < second, second < stopped, second < next]).toEqual([true, true, true]);
  });

  test("that is not due yet is computed up to its last picture, and not adopted", async () => {
    const { ahead, conversation, prompts } = open();
    for (let nth = 0; nth < 4; nth++) conversation.commit(pictured(`${nth} ${"x".repeat(1000)}`));
    conversation.plan({ tokens: 100_000, pictures: 24 });
    ahead.warmPast();
    await delay(20);
    expect(prompts.map(({ messages }) => messages.length)).toEqual([1, 2, 3].map((turns) => 2 + 2 * turns));
    expect(JSON.stringify(prompts)).not.toContain('picture"');
    expect(conversation.planned()).toBeDefined();
    conversation.commit(pictured(`4 ${"x".repeat(1000)}`));
    ahead.warmPast();
    await delay(20);
    expect(prompts.map(({ messages }) => messages.length).slice(3)).toEqual([10]);
  });

  test("is computed from where it differs from the one that answers", async () => {
    const { ahead, conversation, prompts } = open();
    for (let nth = 0; nth < 6; nth++) conversation.commit(pastOf({ question: "x".repeat(1000) }));
    for (const name of ["one", "two"]) conversation.commit(pictured(name));
    conversation.plan(budget);
    ahead.warmPast();
    await delay(20);
    expect(prompts[0]?.messages.length).toBeGreaterThan(1 + 2 * 6 + 1);
  });

  test("gives way to a question, is taken up again, and says nothing about the engine's pace", async () => {
    const { waiting, prefill } = gated();
    const { ahead, conversation, metrics } = open({ prefill });
    for (const name of ["one", "two"]) conversation.commit(pictured(name));
    conversation.plan(budget);
    ahead.warmPast();
    ahead.giveWay();
    await delay(20);
    expect(await metrics.exposition()).toContain('sightline_prefills_total{result="aborted"} 1');
    await delay(600);
    expect(waiting).toHaveLength(2);
    waiting[1]?.();
    await delay(20);
    expect(conversation.planned()).toBeUndefined();
    expect(await metrics.exposition()).toContain('sightline_prefill_seconds_count{kind="past"} 1');
  });

  test("of many words is computed in pieces", async () => {
    const { ahead, conversation, prompts } = open();
    for (let nth = 0; nth < 8; nth++) conversation.commit(pastOf({ question: "x".repeat(3000) }));
    ahead.warmPast();
    await delay(20);
    expect(prompts.length).toBeGreaterThan(3);
    const lengths = prompts.map(({ messages }) => messages.length);
    expect(lengths).toEqual(lengths.toSorted((one, other) => one - other));
    expect(lengths.at(-1)).toBe(1 + 2 * 8 + 1);
  });
});
