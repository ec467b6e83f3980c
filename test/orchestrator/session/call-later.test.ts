import { afterEach, expect, test } from "vitest";
import { EngineError } from "../../../orchestrator/errors.ts";
import { createFakeVoice } from "../../standins/call/voice.ts";
import type { PastTurn } from "../../../orchestrator/turn/turn.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { engineOf, pastOf, saying, settingsOf } from "../../standins/turn.ts";

const CANNOT = "I can't answer right now.";
const LATER = "I will answer as soon as I can.";
const AS_OF_NOW = "You asked something a while ago. This is the answer as of now.";

let open: TestCall | undefined;
afterEach(async () => {
  await open?.close();
});

/** An engine that is away until it is told to be back. `failing`: tries that it still fails then. */
function engineAway(name: "local" | "cloud", failing = 0) {
  const back = Promise.withResolvers<void>();
  let isThere = false;
  const engine = engineOf<never>(async function* () {
    if (!isThere) throw new EngineError(name, "connectivity", "connect");
    if (failing-- > 0) throw new EngineError(name, "server", "http-503");
    yield* saying("Four.");
  });
  return {
    ...engine,
    back: () => back.promise,
    bringBack() {
      isThere = true;
      back.resolve();
    },
  };
}

/** A call whose engines are away. */
async function withoutEngine(
  options: {
    readonly failing?: number;
    readonly cloud?: ReturnType<typeof engineAway>;
    readonly cloudOnly?: boolean;
    readonly history?: readonly PastTurn[];
  } = {},
) {
  const local = engineAway("local", options.failing);
  const { cloud, cloudOnly = false, history } = options;
  open = await startTestCall("never", {
    voice: createFakeVoice(),
    deps: {
      settings: settingsOf({ camera: false, policy: cloud ? "person-local" : "local-only" }),
      ports: (camera) => ({
        camera,
        gate: camera.gate,
        local: cloudOnly ? undefined : local,
        cloud,
        describer: engineOf("never"),
      }),
    },
    call: history ? { resumed: { history, returned: true } } : {},
  });
  const ends = (): readonly string[] =>
    (open?.events ?? []).flatMap((event) => (event.type === "answer-end" ? [event.text] : []));
  return { call: open, prompts: local.prompts, ends, bringBack: () => local.bringBack() };
}

test("a question whose engine is away is answered once it is back, and nobody has to ask again", async () => {
  const { call, prompts, ends, bringBack } = await withoutEngine();
  await call.caller.say("What is two and two?");
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER]);
  bringBack();
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER, AS_OF_NOW, "Four."]);
  expect(call.voice.heardIn(call.speaker.played())).toBe([CANNOT, LATER, AS_OF_NOW, "Four."].join(" "));
  expect(JSON.stringify(prompts.at(-1)?.messages.at(-1))).toContain("What is two and two?");
  expect(call.history().at(-1)).toMatchObject({ question: "What is two and two?", answer: "Four." });
  await call.caller.say("And three and three?");
  await expect.poll(() => ends().length, { timeout: 8000 }).toBe(5);
}, 30_000);

test("the answer is not forced on a caller who said stop", async () => {
  const { call, ends, bringBack } = await withoutEngine();
  call.call.request({ type: "ask", text: "What is two and two?" });
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER]);
  call.call.request({ type: "command", command: "stop" });
  bringBack();
  await call.quiet(1000);
  expect(ends()).toEqual([CANNOT, LATER]);
}, 30_000);

test("a second failure is told, and nothing is promised twice", async () => {
  const { call, ends } = await withoutEngine();
  call.call.request({ type: "ask", text: "What is two and two?" });
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER]);
  call.call.request({ type: "ask", text: "What is three and three?" });
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER, CANNOT]);
  await call.quiet(500);
  expect(ends()).toHaveLength(3);
}, 30_000);

test("an engine that is back and cannot answer yet is asked again, and nothing is heard of it", async () => {
  const { call, prompts, ends, bringBack } = await withoutEngine({ failing: 1 });
  call.call.request({ type: "ask", text: "What is two and two?" });
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER]);
  const before = prompts.length;
  bringBack();
  await expect.poll(ends, { timeout: 12_000 }).toEqual([CANNOT, LATER, AS_OF_NOW, "Four."]);
  expect(prompts.length - before).toBe(2);
  expect(call.history().map(({ answer }) => answer)).toEqual([CANNOT, "Four."]);
}, 30_000);

test("the cloud answers what it may when it is back first", async () => {
  const cloud = engineAway("cloud");
  const { call, ends } = await withoutEngine({ cloud });
  call.call.request({ type: "ask", text: "What is two and two?" });
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER]);
  cloud.bringBack();
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT, LATER, AS_OF_NOW, "Four."]);
}, 30_000);

test("nothing is promised that only a local engine could keep, where there is none", async () => {
  const cloud = engineAway("cloud");
  const { call, ends } = await withoutEngine({ cloud, cloudOnly: true, history: [pastOf()] });
  call.call.request({ type: "ask", text: "And why is that?" });
  await expect.poll(ends, { timeout: 8000 }).toEqual([CANNOT]);
  cloud.bringBack();
  await call.quiet(1000);
  expect(ends()).toEqual([CANNOT]);
}, 30_000);

test("who repeats the second half of what is owed is answered once", async () => {
  const { call, ends, bringBack } = await withoutEngine();
  call.call.request({ type: "ask", text: "What is two" });
  call.call.request({ type: "ask", text: "And two?" });
  await expect.poll(() => ends().slice(-2), { timeout: 8000 }).toEqual([CANNOT, LATER]);
  expect(call.history().at(-1)).toMatchObject({ question: "What is two And two?" });
  call.call.request({ type: "ask", text: "and two" });
  await expect.poll(() => ends().slice(-2), { timeout: 8000 }).toEqual([CANNOT, LATER]);
  await expect.poll(() => call.history().at(-1)).toMatchObject({ question: "and two" });
  bringBack();
  await expect.poll(() => ends().at(-1), { timeout: 8000 }).toBe("Four.");
  expect(call.history().at(-1)).toMatchObject({ question: "and two", answer: "Four." });
}, 30_000);
