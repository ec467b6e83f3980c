import { expect, test } from "vitest";
import { typedCommand, type TypedTalk } from "../../../../orchestrator/session/commands/typed.ts";
import { StoreError } from "../../../../orchestrator/store/messages.ts";

const ANSWER = "The sign says “Karl”.";

const type = (text: string, talk: Partial<TypedTalk> = {}) =>
  typedCommand(text, {
    language: "en",
    verbosity: "normal",
    lastAnswer: "",
    sent: () => Promise.resolve([]),
    ...talk,
  });
const said = (text: string, verbosity = "normal") => ({ type: "say", text, verbosity, over: false });

test.each(["What is in front of me?", "Repeat after me", "tschüss"])(
  "a question is no command: %s",
  async (text) => {
    const asked = { type: "ask", question: text, verbosity: "normal", over: false };
    expect(await type(text, { lastAnswer: ANSWER })).toEqual(asked);
  },
);

test.each(["slower please", "faster", "Just the text please."])(
  "a wish about a voice is answered without a model, for there is none: %s",
  async (text) => {
    const words = "Here my answers are text; your own device decides how it reads them.";
    expect(await type(text, { lastAnswer: ANSWER })).toEqual(said(words));
  },
);

test("it understands and answers in the persona's language", async () => {
  const german = { language: "de-AT", lastAnswer: "Eine Tasse." };
  expect(await type("Wiederhole das bitte.", german)).toEqual(said("Eine Tasse."));
  expect(await type("langsamer", german)).toMatchObject({
    text: expect.stringMatching(/^Hier sind meine Antworten Text/),
  });
  expect(await type("mehr", german)).toMatchObject({ type: "ask", question: "Erzähl mir mehr darüber." });
});

test("what was answered last is repeated and spelled", async () => {
  expect(await type("Repeat that, please.", { lastAnswer: ANSWER })).toEqual(said(ANSWER));
  expect(await type("repeat")).toEqual(said("I haven't said anything yet."));
  expect(await type("Spell that.", { lastAnswer: ANSWER })).toEqual(said("K, A, R, L."));
  expect(await type("spell that")).toEqual(said("There is nothing to spell yet."));
});

test("answers get shorter and longer in steps, and no further", async () => {
  let { verbosity } = await type("");
  const steps = [];
  for (const text of ["shorter", "shorter", "more", "more", "more"]) {
    const step = await type(text, { verbosity });
    ({ verbosity } = step);
    steps.push(step);
  }
  expect(steps).toEqual([
    said("Shorter.", "short"),
    said("My answers are as short as they get.", "short"),
    said("More.", "normal"),
    said("More.", "long"),
    said("My answers are as long as they get.", "long"),
  ]);
});

test("more of an answer is asked of the model, at more length; more from now on is not", async () => {
  const more = { type: "ask", question: "Tell me more about it.", verbosity: "long", over: false };
  expect(await type("more", { lastAnswer: ANSWER })).toEqual(more);
  const standing = { verbosity: "short", lastAnswer: ANSWER } as const;
  expect(await type("Longer answers from now on.", standing)).toEqual(said("More.", "normal"));
});

test("stop needs no word, for nothing is being said; goodbye ends the conversation", async () => {
  expect(await type("stop", { lastAnswer: ANSWER })).toEqual(said(""));
  expect(await type("goodbye")).toEqual({ ...said(""), over: true });
  expect(await type("tschüss", { language: "de" })).toEqual({ ...said(""), over: true });
});

test("what was sent where is told; a ledger that cannot be read, too", async () => {
  expect(await type("What did you send where?")).toEqual(said("The record of this call is still empty."));
  const sent = () => Promise.reject(new StoreError("corrupt"));
  expect(await type("What did you send where?", { sent })).toMatchObject({
    type: "say",
    text: expect.stringMatching(/can't|cannot/),
  });
});
