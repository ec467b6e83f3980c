import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { StoreError } from "../../../orchestrator/store/messages.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { timed } from "../../standins/timed.ts";
import { createFakeVoice } from "../../standins/call/voice.ts";

const TIMED = timed();

let open: TestCall | undefined;

afterEach(async () => {
  await open?.close();
});

test(
  "slower and faster change the rate, and are acknowledged within 150 ms of the turn's end",
  TIMED,
  async () => {
    open = await startTestCall("Here.");
    const { caller, next, speaker, engine } = open;
    expect(await next("rate")).toMatchObject({ rate: 1, by: "persona" });
    const endedAtMs = await caller.say("Slower please.", { finalMs: 200 });
    expect(await next("rate")).toMatchObject({ rate: 0.83, by: "caller" });
    const { times, reason } = await next("turn");
    expect(reason).toBe("command");
    expect((speaker.firstAtMs(0) ?? 0) - endedAtMs).toBeGreaterThanOrEqual(500);
    expect(times.firstAudioMs! - times.silenceMs!).toBeLessThan(150);
    expect(await next("answer-end")).toMatchObject({ text: "Slower.", interrupted: false });
    open.call.request({ type: "command", command: "faster" });
    expect(await next("rate")).toMatchObject({ rate: 1, by: "caller" });
    await next("answer-end");
    expect(engine.prompts).toHaveLength(0);
    expect(open.history()).toHaveLength(0);
  },
);

test("repeat and spell answer from what was said last, without a model", async () => {
  open = await startTestCall("His name is Karl.");
  const { call, next, engine } = open;
  call.request({ type: "command", command: "repeat" });
  expect((await next("answer-end")).text).toBe("I haven't said anything yet.");
  call.request({ type: "ask", text: "Tell me a name." });
  expect((await next("answer-end")).text).toBe("His name is Karl.");
  call.request({ type: "command", command: "repeat" });
  expect((await next("answer-end")).text).toBe("His name is Karl.");
  call.request({ type: "command", command: "spell" });
  expect((await next("answer-end")).text).toContain("K, A, R, L");
  expect(engine.prompts).toHaveLength(1);
  expect(open.history()).toHaveLength(1);
});

test("more is said at once, and then the model goes on with its last answer, at more length", async () => {
  open = await startTestCall("Here.");
  const { call, next, engine } = open;
  call.request({ type: "command", command: "more" });
  expect((await next("answer-end")).text).toBe("More.");
  expect(engine.prompts).toHaveLength(0);
  call.request({ type: "ask", text: "Tell me a joke." });
  expect((await next("answer-end")).text).toBe("Here.");
  call.request({ type: "command", command: "more" });
  expect((await next("answer-end")).text).toBe("More.");
  expect((await next("answer-end")).text).toBe("Here.");
  expect(JSON.stringify(engine.prompts.at(-1)?.messages.at(-1))).toContain("Tell me more about it.");
});

test("shorter goes with the next question", async () => {
  open = await startTestCall("Here.");
  const { call, next, engine } = open;
  call.request({ type: "command", command: "shorter" });
  await next("answer-end");
  call.request({ type: "ask", text: "Tell me a joke." });
  await next("answer-end");
  expect(JSON.stringify(engine.prompts[0]?.messages)).toContain("at most ten words");
});

test("just the text: answers are captions from then on, and sound again when it is wanted", async () => {
  open = await startTestCall("All is well.");
  const { call, next, speaker, voice } = open;
  call.request({ type: "command", command: "just-text" });
  expect((await next("text-only")).on).toBe(true);
  expect((await next("answer-end")).text).toBe("Only text from now on.");
  call.request({ type: "ask", text: "How are you?" });
  expect((await next("answer-end")).text).toBe("All is well.");
  expect(voice.words).toEqual([]);
  call.request({ type: "command", command: "just-text" });
  expect((await next("text-only")).on).toBe(false);
  await next("answer-end");
  expect(voice.heardIn(speaker.played())).toBe("I speak again.");
});

test("the ledger answers by voice what went where in this call", async () => {
  open = await startTestCall("Here.");
  const { call, next, ledger } = open;
  call.request({ type: "ask", text: "Tell me a joke." });
  await next("answer-end");
  expect(ledger).toMatchObject([
    {
      call: "call",
      caller: "caller",
      frame: null,
      engine: { name: "local", host: "this machine" },
      ear: null,
    },
  ]);
  call.request({ type: "command", command: "ledger" });
  expect((await next("answer-end")).text.length).toBeGreaterThan(10);
});

test("what was sent where names who heard this very question, and who is about to say the answer", async () => {
  open = await startTestCall("Here.", {
    voice: createFakeVoice({ wordMs: 40, sentTo: [{ name: "elevenlabs", host: "api.elevenlabs.io" }] }),
    deps: { relay: "calls.livekit.cloud" },
  });
  const { caller, ear, next } = open;
  ear.move({ name: "deepgram", host: "api.deepgram.com" });
  await caller.say("What did you send where?");
  expect((await next("answer-end", 20_000)).text).toBe(
    "In this call, no pictures. Your voice went to Deepgram and my words went to ElevenLabs. All sound and pictures of this call pass through LiveKit Cloud.",
  );
});

test("hang up says goodbye and ends the call", async () => {
  open = await startTestCall("Here.");
  const { call, caller, next, speaker, voice } = open;
  await caller.say("Hang up.");
  expect((await next("answer-end")).text).toBe("Goodbye.");
  expect(await call.ended).toBe("hung-up");
  expect(voice.heardIn(speaker.played())).toBe("Goodbye.");
  expect((await next("ended")).reason).toBe("hung-up");
});

test("what is typed into the goodbye ends the call, and nothing answers it", async () => {
  open = await startTestCall("Here.");
  const { call, caller, next, engine } = open;
  await caller.say("Hang up.");
  await next("caption");
  call.request({ type: "ask", text: "Wait" });
  expect(await call.ended).toBe("hung-up");
  await delay(100);
  expect(engine.prompts).toHaveLength(0);
});

test(
  "a typed question interrupts what is being said and is answered without waiting for silence",
  TIMED,
  async () => {
    const count = "One two three four five six seven eight nine ten.";
    open = await startTestCall(count);
    const { call, next, speaker, voice } = open;
    call.request({ type: "ask", text: "Count to ten." });
    await next("turn");
    await delay(500);
    const askedAtMs = performance.now();
    call.request({ type: "ask", text: "And tomorrow?" });
    const cut = await next("answer-end");
    expect(cut.interrupted).toBe(true);
    expect(cut.text).toMatch(/^One/);
    expect(count.startsWith(cut.text)).toBe(true);
    await next("turn");
    expect(performance.now() - askedAtMs).toBeLessThan(450);
    await next("answer-end");
    expect(open.history().map(({ question, answer }) => [question, answer])).toEqual([
      ["Count to ten.", cut.text],
      ["And tomorrow?", count],
    ]);
    expect(voice.heardIn(speaker.played())).toBe(`${cut.text.trim()} ${count}`);
  },
);

test("without a voice answers are captions; without an ear questions are typed", async () => {
  open = await startTestCall("Just |read |this.", { deaf: true, deps: { voice: undefined } });
  const { call, next, events } = open;
  expect(await next("speech")).toMatchObject({ ear: null, voice: null });
  call.request({ type: "ask", text: "Tell me a joke." });
  expect(await next("answer-end")).toMatchObject({ text: "Just read this.", interrupted: false });
  expect(events.flatMap((event) => (event.type === "caption" ? [event.text] : []))).toEqual([
    "Just ",
    "read ",
    "this.",
  ]);
  expect(open.history()).toMatchObject([{ answer: "Just read this." }]);
});

test("a ledger that cannot be read is told, and ends nothing", async () => {
  open = await startTestCall("Yes.", {
    deps: {
      ledger: {
        add() {},
        ofCaller: () => Promise.reject(new StoreError("unavailable")),
        close: async () => {},
      },
    },
  });
  open.call.request({ type: "command", command: "ledger" });
  expect((await open.next("answer-end")).text).toBe(open.deps.notices.text("cannot-answer"));
});

test("a line without a word takes nothing away from what is being said", async () => {
  open = await startTestCall("Yes.");
  const { call, caller, next, history } = open;
  await caller.say("Tell me a joke.", { finalMs: 100 });
  await delay(200);
  call.request({ type: "ask", text: " " });
  await next("answer-end");
  expect(history()).toMatchObject([{ question: "Tell me a joke." }]);
});

test("a line without a word asks nothing, and breaks nothing", async () => {
  open = await startTestCall("Yes.");
  const { call, next, engine } = open;
  for (const text of ["\u200b", "\u2800 ", "\u0007"]) call.request({ type: "ask", text });
  call.request({ type: "ask", text: "Tell me a joke." });
  expect((await next("answer-end")).text).toBe("Yes.");
  expect(engine.prompts).toHaveLength(1);
});
