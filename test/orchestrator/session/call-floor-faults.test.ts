import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { timed } from "../../standins/timed.ts";
import { joined, silence, synthesise } from "../../standins/speech/synthesise.ts";
import { saying } from "../../standins/turn.ts";

/** Every question ends by then, in an answer, a notice or a cancel. */
const TURN_MS = 8000;
/** The quietest sample that counts as sound. */
const LOUD = 184;
const STRICT_MS = 500;

const TIMED = timed();

let open: TestCall | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await open?.close();
});

/** Spoken words without the soft samples at their ends: what stands before and after them is silence. */
async function trimmed(text: string): Promise<Int16Array> {
  const { samples } = await synthesise(text);
  const isLoud = (sample: number): boolean => Math.abs(sample) >= LOUD;
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud) + 1);
}

const slowly = (answer: string, ms: number) =>
  async function* () {
    await delay(ms);
    yield* saying(answer);
  };

describe("who speaks again near the end of the strict silence", () => {
  test.each([480, 499, 501, 520])("after %d ms", { timeout: 20_000 }, async (pauseMs) => {
    open = await startTestCall(slowly("Yes.", 50), { frame: 160 });
    const { caller, ear, next, speaker, history } = open;
    await delay(800);
    const [first, second] = [await trimmed("Tell me a joke"), await trimmed("about two cats")];
    const from = ear.received();
    const final = (text: string, atMs: number): void =>
      ear.say({ atSample: from + atMs * 16, heard: { type: "final", text, confidence: 1 } });
    const firstMs = first.length / 16;
    final("Tell me a joke", firstMs + 150);
    final("about two cats", firstMs + pauseMs + second.length / 16 + 150);
    const saidMs = firstMs + pauseMs + second.length / 16;
    const endedAtMs = await caller.sound(joined([first, silence(pauseMs), second]));
    while (!history().at(-1)?.question.endsWith("about two cats")) await next("answer-end", TURN_MS);
    expect(performance.now() - endedAtMs).toBeLessThan(TURN_MS);
    const questions = history().map(({ question }) => question);
    expect([["Tell me a joke about two cats"], ["Tell me a joke", "about two cats"]]).toContainEqual(
      questions,
    );
    const firstEndedAtMs = endedAtMs - saidMs + firstMs;
    expect((speaker.firstAtMs(firstEndedAtMs) ?? 0) - firstEndedAtMs).toBeGreaterThanOrEqual(STRICT_MS);
    if (pauseMs < STRICT_MS) {
      expect(questions).toHaveLength(1);
      expect((speaker.firstAtMs(firstEndedAtMs) ?? 0) - endedAtMs).toBeGreaterThanOrEqual(STRICT_MS);
    }
  });
});

test(
  "two questions before the first answer: both are answered, as one question",
  { timeout: 20_000 },
  async () => {
    open = await startTestCall(slowly("Both.", 1200));
    const { caller, next, history, speaker, voice } = open;
    await caller.say("What time is it?");
    await delay(700);
    const endedAtMs = await caller.say("And what day?");
    while (history().length === 0) await next("answer-end", TURN_MS);
    expect(performance.now() - endedAtMs).toBeLessThan(TURN_MS);
    expect(history().map(({ question }) => question)).toEqual(["What time is it? And what day?"]);
    expect(voice.heardIn(speaker.played())).toBe("Both.");
  },
);

test(
  'ten "hello?" in a row: each time the floor is held an answer follows',
  { timeout: 60_000 },
  async () => {
    open = await startTestCall(slowly("I am here.", 2500));
    const { caller, speaker, voice, next } = open;
    for (let nth = 0; nth < 10; nth++) {
      await caller.say("Hello?");
      await delay(800);
    }
    const endedAtMs = performance.now();
    while (!voice.heardIn(speaker.played()).includes("I am here.")) await next("answer-end", TURN_MS);
    expect(performance.now() - endedAtMs).toBeLessThan(TURN_MS);
    await delay(500);
    const [before, ...held] = voice.heardIn(speaker.played()).split("One moment, please.");
    expect(before).toBe("");
    expect(held.length).toBeGreaterThanOrEqual(1);
    expect(held.filter((heard) => !heard.includes("I am here."))).toEqual([]);
  },
);

test(
  "noise and then silence asks nothing, and the next question is answered",
  { timeout: 20_000 },
  async () => {
    open = await startTestCall("Yes.");
    const { caller, engine, next } = open;
    const noise = Int16Array.from({ length: 16_000 }, () => Math.round((Math.random() - 0.5) * 6000));
    await caller.sound(noise);
    await delay(2500);
    expect(engine.prompts).toEqual([]);
    await caller.say("Tell me a joke.");
    expect(await next("answer-end")).toMatchObject({ text: "Yes.", interrupted: false });
  },
);

test.each([3_600_000, -3_600_000])(
  "a clock that is set by %d ms in mid-question changes nothing",
  { timeout: 20_000, ...TIMED },
  async (byMs) => {
    open = await startTestCall(slowly("Yes.", 100));
    const { caller, next, speaker } = open;
    const before = Date.now;
    const saying = caller.say("Tell me a joke about two cats.");
    await delay(400);
    vi.spyOn(Date, "now").mockImplementation(() => before() + byMs);
    const endedAtMs = await saying;
    expect(await next("answer-end", TURN_MS)).toMatchObject({ text: "Yes.", interrupted: false });
    const lateMs = (speaker.firstAtMs(endedAtMs) ?? Infinity) - endedAtMs;
    expect(lateMs).toBeGreaterThanOrEqual(STRICT_MS);
    expect(lateMs).toBeLessThan(2 * STRICT_MS);
  },
);

test("a question of a minute is one question, and is answered", { timeout: 120_000 }, async () => {
  open = await startTestCall(slowly("Yes.", 100));
  const { caller, next, history } = open;
  const parts = Array.from({ length: 20 }, (_, nth) => `then I went on to the place number ${nth}`);
  const words = parts.map((part) => part.split(" ").length);
  let spoken = -1;
  const pausesMs = Object.fromEntries(words.map((count) => [(spoken += count), 300]));
  const startedAtMs = performance.now();
  const endedAtMs = await caller.say(parts.join(" "), { parts, pausesMs });
  expect(endedAtMs - startedAtMs).toBeGreaterThan(55_000);
  expect(await next("answer-end", TURN_MS)).toMatchObject({ text: "Yes.", interrupted: false });
  expect(history().map(({ question }) => question)).toEqual([parts.join(" ")]);
});
