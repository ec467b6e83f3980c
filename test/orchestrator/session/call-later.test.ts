import { afterEach, expect, test } from "vitest";
import { EngineError } from "../../../orchestrator/errors.ts";
import { createFakeVoice } from "../../standins/call/voice.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";
import { engineOf, saying } from "../../standins/turn.ts";

const CANNOT = "I can't answer right now.";
const LATER = "I will answer as soon as I can.";
const AS_OF_NOW = "You asked something a while ago. This is the answer as of now.";

let open: TestCall | undefined;
afterEach(async () => {
  await open?.close();
});

/** A call whose engine is away until it is told to be back. */
async function withoutEngine() {
  const back = Promise.withResolvers<void>();
  let isThere = false;
  const local = {
    ...engineOf<unknown>(async function* () {
      if (!isThere) throw new EngineError("local", "connectivity", "connect");
      yield* saying("Four.");
    }),
    back: () => back.promise,
  };
  open = await startTestCall("never", {
    voice: createFakeVoice(),
    deps: {
      ports: (camera) => ({
        camera,
        gate: camera.gate,
        local,
        cloud: undefined,
        describer: engineOf("never"),
      }),
    },
  });
  const ends = (): readonly string[] =>
    (open?.events ?? []).flatMap((event) => (event.type === "answer-end" ? [event.text] : []));
  return {
    call: open,
    prompts: local.prompts,
    ends,
    bringBack: () => {
      isThere = true;
      back.resolve();
    },
  };
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
