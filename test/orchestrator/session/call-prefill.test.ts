import { afterEach, expect, test } from "vitest";
import { type SeeingCall, startSeeingCall } from "./seeing-call.ts";

let open: SeeingCall | undefined;
afterEach(() => open?.close());

test("a question about what a still camera shows finds its prefix computed, by one prefill", async () => {
  open = await startSeeingCall();
  await open.caller.say("What do you see in front of me?");
  expect((await open.next("answer-end")).text).toContain("checkered");
  const prompt = await open.metric('sightline_prompt_tokens_total{engine="local"}');
  const cached = await open.metric('sightline_cached_prompt_tokens_total{engine="local"}');
  expect(prompt).toBeGreaterThan(400);
  expect(prompt - cached).toBeLessThanOrEqual(8 + 32);
  const { metric } = open;
  const choices = await Promise.all(
    ["warm-fresh", "warm-same-scene"].map((reason) =>
      metric(`sightline_frame_choices_total{reason="${reason}"}`),
    ),
  );
  expect(choices.toSorted((one, other) => one - other)).toEqual([0, 1]);
  // The past at the start of the call, and the picture.
  expect(await open.metric('sightline_prefills_total{result="computed"}')).toBe(2);
  expect(open.ledger.map(({ reason }) => reason)).toEqual(["local-only"]);
});

test("a picture that left this machine ahead of its question is in the ledger", async () => {
  open = await startSeeingCall({ ledgerHost: "gpu.example.org" });
  await open.caller.say("What do you see in front of me?");
  await open.next("answer-end");
  const [ahead, asked] = open.ledger;
  expect(ahead).toMatchObject({
    reason: "prefill",
    engine: { host: "gpu.example.org" },
    frame: { source: "camera", verdict: "person", persons: 1 },
    ear: null,
    voice: null,
  });
  expect(asked).toMatchObject({ reason: "local-only", frame: { sha256: ahead?.frame?.sha256 } });
});

test("words and pictures of a question are the same, whether its prefix was computed or not", async () => {
  open = await startSeeingCall();
  await open.caller.say("What do you see in front of me?");
  await open.next("answer-end");
  const [spoken] = open.history();
  open.call.request({ type: "ask", text: "What do you see in front of me?" });
  await open.next("answer-end");
  const typed = open.history()[1];
  expect(typed?.answer).toBe(spoken?.answer);
  expect(typed?.jpeg?.sha256).toBe(spoken?.jpeg?.sha256);
  expect(typed?.jpeg).not.toBeNull();
});
