import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { createFakeEar } from "../../standins/call/ear.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { saying } from "../../standins/turn.ts";
import { createFakeVoice } from "../../standins/call/voice.ts";

let open: TestCall | undefined;

afterEach(async () => {
  await open?.close();
});

test(
  "an engine that never answers: a notice within eight seconds of the question",
  { timeout: 40_000 },
  async () => {
    open = await startTestCall(async function* (ctx) {
      await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
      yield* saying("never");
    });
    const { caller, next, speaker, voice } = open;
    const endedAtMs = await caller.say("Tell me a joke.");
    const { reason } = await next("turn", 9000);
    expect(performance.now() - endedAtMs).toBeLessThan(8000);
    expect(reason).toBeDefined();
    expect((await next("answer-end")).text).toBe("I can't answer right now.");
    expect(voice.heardIn(speaker.played())).toBe("I can't answer right now.");
    open.call.request({ type: "ask", text: "Tell me another one." });
    await next("answer-end", 9000);
    expect(voice.words.join(" ")).toBe("I can't answer right now.");
  },
);

test("after two turns that were cut off unheard the floor is held once", { timeout: 30_000 }, async () => {
  let asked = 0;
  open = await startTestCall(async function* () {
    asked += 1;
    await delay(1500);
    yield* saying(`Answer ${asked}.`);
  });
  const { caller, next, speaker, voice, events } = open;
  const thinking = async (): Promise<void> => {
    while ((await next("state")).state !== "thinking");
  };
  await caller.say("Tell me a joke.");
  await thinking();
  await caller.say("Hello there?");
  await thinking();
  await caller.say("Are you there?");
  await thinking();
  await delay(400);
  await caller.say("Anybody home?");
  await delay(4000);
  const ends = events.filter((event) => event.type === "answer-end");
  expect(ends.map(({ text }) => text).slice(0, 4)).toEqual([
    "",
    "",
    "One moment, please.",
    expect.stringMatching(/^Answer/),
  ]);
  expect(voice.heardIn(speaker.played())).toContain("One moment, please. Answer");
  expect(open.history()[0]?.question).toBe("Tell me a joke. Hello there? Are you there?");
});

test(
  "who hangs up while the floor is held: the ledger and history know the question all the same",
  { timeout: 30_000 },
  async () => {
    open = await startTestCall(async function* (ctx) {
      await delay(20_000, undefined, { signal: ctx.signal });
      yield* saying("Never.");
    });
    const { call, caller, next, voice, ledger, deps } = open;
    for (const question of ["Tell me a joke.", "Hello there?", "Are you there?"]) {
      await caller.say(question);
      while ((await next("state")).state !== "thinking");
    }
    await vi.waitFor(() => expect(voice.words).toContain("One"));
    const [third, ...more] = open.engine.prompts.slice(2);
    expect(more).toEqual([]);
    await call.end("left");
    expect(JSON.stringify(third?.messages)).toContain("Are you there?");
    expect(open.history()).toMatchObject([{ question: "Tell me a joke. Hello there? Are you there?" }]);
    expect(ledger.map(({ engine, ear }) => [engine?.name, ear?.name])).toEqual([
      ["local", "fake-ear"],
      ["local", "fake-ear"],
      [undefined, undefined],
      ["local", "fake-ear"],
    ]);
    expect(await deps.metrics.exposition()).toContain('sightline_discarded_turns_total{stage="prefill"} 1\n');
  },
);

test("draining finishes the sentence, says so, and ends", async () => {
  open = await startTestCall("One two three four. Five six seven eight. Nine ten.");
  const { call, next, voice, speaker } = open;
  call.request({ type: "ask", text: "Count for me." });
  await next("turn");
  await delay(300);
  await call.drain();
  expect(await call.ended).toBe("shutdown");
  expect(open.history()).toMatchObject([{ answer: "One two three four." }]);
  const goodbye = "I have to end the call now. Please call again.";
  expect(voice.heardIn(speaker.played())).toBe(`One two three four. ${goodbye}`);
});

test("ending releases everything within a second, in the middle of an answer too", async () => {
  open = await startTestCall("One two three four five six seven eight.");
  const { call, caller, next, voice, ear, speaker } = open;
  await caller.say("Count for me.");
  await next("turn");
  await delay(300);
  const atMs = performance.now();
  await call.end("left");
  expect(performance.now() - atMs).toBeLessThan(1000);
  const played = voice.heardIn(speaker.played());
  await delay(300);
  expect(voice.heardIn(speaker.played())).toBe(played);
  expect(ear.listening()).toBe(0);
  expect(open.history()).toMatchObject([{ answer: played }]);
  expect(await call.ended).toBe("left");
});

test("a voice that says nothing: the answer is there to be read, and the device is told", async () => {
  open = await startTestCall("Read me.", { voice: createFakeVoice({ mute: true }) });
  const { call, next } = open;
  await next("speech");
  call.request({ type: "ask", text: "Tell me a joke." });
  expect((await next("answer-end")).text).toBe("Read me.");
  expect((await next("speech")).voice).toBeNull();
});

test("a call taken up again says so and remembers", async () => {
  const past = {
    question: "Who are you?",
    answer: "Sightline.",
    engine: "local",
    jpeg: null,
    clear: null,
    facts: "",
  } as const;
  open = await startTestCall("Yes.", { call: { resumed: { history: [past] } } });
  const { call, next, engine } = open;
  expect((await next("answer-end")).text).toBe("I was cut off for a moment. We can go on.");
  call.request({ type: "ask", text: "Tell me a joke." });
  await next("answer-end");
  expect(JSON.stringify(engine.prompts[0]?.messages)).toContain("Sightline.");
});

test("a caller whom nobody hears is told so once, and that they are heard again", async () => {
  open = await startTestCall("Yes.");
  const { ear, next, events, deps } = open;
  await next("speech");
  ear.move(null);
  expect(await next("speech")).toMatchObject({ ear: null });
  expect((await next("answer-end")).text).toBe("I can't hear you right now. You can type your question.");
  ear.move({ name: "other", host: "example.com" });
  expect((await next("answer-end")).text).toBe("I can hear you again.");
  expect(await deps.metrics.exposition()).toContain("sightline_unheard_calls_total 1\n");
  ear.move(null);
  await delay(300);
  expect(events.filter(({ type }) => type === "answer-end")).toHaveLength(2);
  expect(await deps.metrics.exposition()).toContain("sightline_unheard_calls_total 2\n");
});

test("a call that is taken up again where nobody hears says both", async () => {
  const ear = createFakeEar();
  ear.move(null);
  open = await startTestCall("Yes.", { call: { resumed: { history: [] } }, deps: { ear } });
  const { next, deps } = open;
  expect((await next("answer-end")).text).toBe("I was cut off for a moment. We can go on.");
  expect((await next("answer-end")).text).toBe("I can't hear you right now. You can type your question.");
  expect(await deps.metrics.exposition()).toContain("sightline_unheard_calls_total 1\n");
});
