import { afterEach, expect, test } from "vitest";
import { callNoticesIn } from "../../../orchestrator/session/voice/notices-text.ts";
import { startTestCall, type TestCall } from "../../standins/call/call.ts";

const ENDING_SOON = callNoticesIn("en")["ending-soon"];

let open: TestCall;
afterEach(() => open.close());

test("the word that the call has to end waits until the answer is over, and the call goes on", async () => {
  open = await startTestCall("One two three four.");
  const { call, next, voice, speaker } = open;
  call.request({ type: "ask", text: "Count for me." });
  await next("turn");
  await call.announceEnd();
  expect((await next("answer-end")).text).toBe("One two three four.");
  expect((await next("answer-end")).text).toBe(ENDING_SOON);
  call.request({ type: "ask", text: "And again." });
  expect((await next("answer-end")).text).toBe("One two three four.");
  expect(voice.heardIn(speaker.played())).toBe(`One two three four. ${ENDING_SOON} One two three four.`);
  await call.end("left");
  await call.announceEnd();
});
