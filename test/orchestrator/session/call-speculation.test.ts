import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { timed } from "../../standins/timed.ts";
import { createFakeVoice } from "../../standins/call/voice.ts";
import { joined, silence, synthesise } from "../../standins/speech/synthesise.ts";
import type { Script } from "../../standins/turn.ts";

const PAUSE_MS = 420;

const TIMED = timed();

let open: TestCall | undefined;

afterEach(async () => {
  await open?.close();
});

/** A model that writes on until its request is ended, and when each one was. */
function writer(): { readonly script: Script; readonly endedAtMs: number[] } {
  const endedAtMs: number[] = [];
  const script: Script = async function* ({ signal }) {
    signal.addEventListener("abort", () => endedAtMs.push(performance.now()), { once: true });
    for (let words = 0; words < 60; words++) {
      yield { type: "text-delta", text: words % 8 === 7 ? "la. " : "la " };
      await delay(10, undefined, { signal });
    }
    yield {
      type: "finish",
      reason: "stop",
      usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 60 },
    };
  };
  return { script, endedAtMs };
}

/** Says a question with a pause that is shorter than an end; gives when its second half began. */
async function sayInHalves(
  { caller, ear }: TestCall,
  [first, second]: readonly [string, string],
  interimMs?: number,
): Promise<number> {
  const [one, two] = [(await synthesise(first)).samples, (await synthesise(second)).samples];
  const from = ear.received();
  const hear = (type: "interim" | "final", text: string, ms: number): void =>
    ear.say({ atSample: from + ms * 16, heard: { type, text, confidence: 1 } });
  const secondMs = one.length / 16 + PAUSE_MS;
  hear("final", first, one.length / 16 + 120);
  if (interimMs !== undefined) hear("interim", second.split(" ")[0] ?? "", secondMs + interimMs);
  hear("final", second, secondMs + two.length / 16 + 150);
  const endedAtMs = await caller.sound(joined([one, silence(PAUSE_MS), two]));
  return endedAtMs - two.length / 16;
}

const HALVES = ["Tell me a joke", "about two cats that live in a house"] as const;

test.each([
  ["at the first word of more", 150, [100, 300]],
  ["without a word of it, after 400 ms of speech", undefined, [250, 550]],
] as const)(
  "who goes on ends the request of the half question, %s",
  TIMED,
  async (_, interimMs, [least, most]) => {
    const { script, endedAtMs } = writer();
    open = await startTestCall(script, { voice: createFakeVoice({ wordMs: 40 }) });
    await delay(500);
    const wentOnAtMs = await sayInHalves(open, HALVES, interimMs);
    expect(open.engine.prompts).toHaveLength(1);
    expect(endedAtMs).toHaveLength(1);
    const afterMs = (endedAtMs[0] ?? 0) - wentOnAtMs;
    expect(afterMs).toBeGreaterThan(least);
    expect(afterMs).toBeLessThan(most);
    expect(open.voice.aborted()).toBe(1);
    await open.next("answer-end", 15_000);
    expect(open.history()).toMatchObject([{ question: HALVES.join(" ") }]);
    expect(open.engine.prompts).toHaveLength(2);
    expect(open.voice.heardIn(open.speaker.played()).split(" ")).toHaveLength(60);
  },
);

test(
  "a voice says no more than the first clauses before the question is over, and all of it then",
  TIMED,
  async () => {
    const voice = createFakeVoice({ firstMs: 0, wordMs: 40 });
    const text = `One two three four five six seven eight. ${"Nine ten eleven twelve. ".repeat(6)}`;
    open = await startTestCall(text, { voice });
    const saying = open.caller.say("Count for me.", { finalMs: 100 });
    await saying;
    await delay(400);
    expect(voice.words.join(" ")).toBe("One two three four five six seven eight.");
    await open.next("answer-end");
    expect(voice.heardIn(open.speaker.played())).toBe(text.trim());
    const played = open.speaker.played();
    const gaps = played.slice(1).map(({ atMs }, at) => {
      const before = played[at];
      return before ? atMs - before.atMs - before.samples.length / 16 : 0;
    });
    expect(Math.max(...gaps)).toBeLessThan(10);
  },
);
