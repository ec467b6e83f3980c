import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decidePrefill, type PrefillFacts, prefillPrompt } from "../../../orchestrator/turn/prefill.ts";
import { localPrompt } from "../../../orchestrator/turn/prompt.ts";
import type { Jpeg, PastTurn, Prompt } from "../../../orchestrator/turn/turn.ts";
import {
  frameOf,
  jpegOf,
  pastOf,
  personVerdict,
  settingsOf,
  turnOf,
  verdictOf,
} from "../../standins/turn.ts";

const frame = frameOf({ source: "camera" });
const other = frameOf({ source: "camera", id: "other", luma: 90 });
const stale = frameOf({ source: "camera", id: "stale", luma: 90, capturedAtMs: -2000 });
const base: PrefillFacts = {
  policy: "local-only",
  engineUp: true,
  cloudUp: true,
  engineHasRoom: true,
  inFlight: false,
  answering: false,
  speaking: true,
  askedForMs: 1000,
  frame,
  previous: undefined,
  computed: { speaking: 0, pause: 0 },
  verdict: verdictOf(frame),
  warm: undefined,
  lastMs: null,
  spentMs: 0,
};

describe("whether a prefix is computed ahead", () => {
  test.each<[string, Partial<PrefillFacts>, string]>([
    ["a fresh frame", {}, "due"],
    ["no engine that could, or it is down", { engineUp: false }, "no-engine"],
    ["one is under way", { inFlight: true }, "in-flight"],
    ["no camera", { frame: undefined }, "no-frame"],
    ["what is warm shows the same", { warm: frameOf({ source: "camera", id: "before" }) }, "same-scene"],
    ["what is warm shows something else", { warm: frameOf({ source: "camera", luma: 90 }) }, "due"],
    ["a camera that is moved while somebody speaks", { previous: other }, "moving"],
    ["the same in a pause, where the question may be over", { previous: other, speaking: false }, "due"],
    [
      "a camera that is held still on something else, before a long question has shown to be one",
      { previous: frame, warm: other, computed: { speaking: 1, pause: 0 } },
      "enough",
    ],
    [
      "one more of a long question",
      { previous: frame, warm: other, computed: { speaking: 1, pause: 0 }, askedForMs: 4000 },
      "due",
    ],
    [
      "and then enough again",
      { previous: frame, warm: other, computed: { speaking: 2, pause: 0 }, askedForMs: 7900 },
      "enough",
    ],
    [
      "one in each of its pauses",
      { warm: stale, computed: { speaking: 9, pause: 0 }, speaking: false },
      "due",
    ],
    ["and no more", { warm: stale, computed: { speaking: 0, pause: 1 }, speaking: false }, "enough"],
    ["an answer into which somebody speaks", { answering: true }, "answering"],
    ["an engine with others to serve", { engineHasRoom: false }, "engine-queue"],
    ["a pause, and what is warm is of just now", { warm: other, speaking: false }, "fresh-enough"],
    ["the last one took long: the engine serves others", { lastMs: 1600 }, "engine-busy"],
    ["the call has had its share", { spentMs: 6000 }, "budget-spent"],
    [
      "a clear picture that goes to the cloud",
      { policy: "person-local", verdict: verdictOf(frame) },
      "for-the-cloud",
    ],
    ["one that the gate has not judged yet", { verdict: undefined }, "not-judged"],
    ["a person, who stays", { policy: "person-local", verdict: personVerdict(frame) }, "due"],
    [
      "an uncertain one, which stays too",
      { policy: "person-local", verdict: verdictOf(frame, { value: "unknown", reason: "uncertain" }) },
      "due",
    ],
    [
      "a clear one with the cloud down",
      { policy: "person-local", cloudUp: false, verdict: verdictOf(frame) },
      "due",
    ],
  ])("%s", (_, facts, reason) => {
    expect(decidePrefill({ ...base, ...facts })).toBe(reason);
  });
});

/** What a prefix cache sees: everything up to the end of the last message, a picture by its hash. */
function flat({ messages }: Prompt<Jpeg>): string {
  return messages
    .map((message) =>
      message.role === "user"
        ? `<user>${message.parts.map((part) => (part.type === "text" ? part.text : `[${part.picture.sha256}]`)).join("")}`
        : `<${message.role}>${message.text}`,
    )
    .join("");
}

const past: fc.Arbitrary<PastTurn> = fc
  .record({
    question: fc.stringMatching(/^[a-z ]{1,12}\?$/),
    answer: fc.constantFrom("", "A cup."),
    engine: fc.constantFrom("local", "cloud", "describer", "none"),
    picture: fc.boolean(),
    facts: fc.constantFrom("", "Detector: cup."),
  })
  .map(({ picture, ...rest }) =>
    pastOf({ ...rest, jpeg: picture && rest.engine === "local" ? jpegOf(rest.question) : null }),
  );

test("whatever is asked next, and whatever the detector found, the question's prompt begins with what was computed", () => {
  const question = fc.stringMatching(/^[a-z ]{1,12}\?$/);
  const facts = fc.constantFrom("", "Detector: person.");
  fc.assert(
    fc.property(fc.array(past, { maxLength: 6 }), question, facts, (history, asked, found) => {
      const picture = jpegOf("now");
      const settings = settingsOf();
      const ahead = prefillPrompt({ conversationId: "call", history, settings }, { picture, facts: found });
      const turn = turnOf(asked, { history, settings });
      expect(flat(localPrompt(turn, { picture, facts: found })).startsWith(flat(ahead))).toBe(true);
      const without = prefillPrompt({ conversationId: "call", history, settings }, undefined);
      expect(flat(localPrompt(turn, undefined)).startsWith(flat(without))).toBe(true);
    }),
  );
});

test("it ends with the constant text behind the picture, and asks for one token", () => {
  const ahead = prefillPrompt(
    { conversationId: "call", history: [], settings: settingsOf() },
    { picture: jpegOf("now"), facts: "" },
  );
  const last = ahead.messages.at(-1);
  expect(last?.role === "user" ? last.parts.map(({ type }) => type) : []).toEqual(["picture", "text"]);
  expect(ahead.maxTokens).toBe(1);
});
