import { expect, test } from "vitest";
import { createConversations } from "../../../orchestrator/http/conversations.ts";
import { typedCommand } from "../../../orchestrator/http/typed-commands.ts";
import { StoreError } from "../../../orchestrator/store/messages.ts";
import { pastOf } from "../../standins/turn.ts";
import { memoryLedger } from "./gateway-fixture.ts";

function setUp(language = "en", ledger = memoryLedger()) {
  const conversations = createConversations({
    most: 1,
    lifeMs: 1000,
    newId: () => "c",
    verbosity: "normal",
    superseded: () => undefined,
  });
  const talk = conversations.of("ada");
  const type = (text: string) => typedCommand(text, talk, { caller: "ada", language, ledger });
  const say = async (text: string): Promise<string | undefined> => {
    const typed = await type(text);
    return typed.type === "say" ? typed.text : undefined;
  };
  return { talk, type, say };
}

test.each(["What is in front of me?", "Repeat after me"])("a question is no command: %s", async (text) => {
  expect(await setUp().type(text)).toEqual({ type: "ask", question: text });
});

test.each(["slower please", "faster", "Just the text please."])(
  "a wish about a voice is answered without a model, for there is none: %s",
  async (text) => {
    expect(await setUp().say(text)).toMatch(/^Here my answers are text/);
    expect(await setUp("de").say("langsamer")).toMatch(/^Hier sind meine Antworten Text/);
  },
);

test("what was answered last is repeated and spelled, also when it was private", async () => {
  const { talk, say } = setUp();
  talk.conversation.commit(pastOf({ answer: "His name is Karl.", engine: "local" }));
  talk.conversation.commit(pastOf({ answer: "", engine: "none" }));
  expect(await say("Repeat that, please.")).toBe("His name is Karl.");
  expect(await say("Spell that.")).toBe("K, A, R, L.");
});

test("answers get shorter and longer in steps, and no further", async () => {
  const { talk, say } = setUp();
  const steps = [];
  for (const text of ["shorter", "shorter", "more", "more", "more"]) {
    const words = await say(text);
    steps.push([talk.verbosity, words]);
  }
  expect(steps.map(([verbosity]) => verbosity)).toEqual(["short", "short", "normal", "long", "long"]);
  expect(new Set(steps.map(([, words]) => words)).size).toBe(4);
});

test("more of an answer is asked of the model, at more length; more from now on is not", async () => {
  const { talk, type, say } = setUp();
  talk.conversation.commit(pastOf({ answer: "A cup." }));
  expect(await type("more")).toEqual({ type: "ask", question: "Tell me more about it." });
  expect(talk.verbosity).toBe("long");
  talk.setVerbosity("short");
  expect(await say("Longer answers from now on.")).toBe("More.");
});

test("it understands and answers in the persona's language", async () => {
  const { talk, say } = setUp("de-AT");
  talk.conversation.commit(pastOf({ answer: "Eine Tasse." }));
  expect(await say("Wiederhole das bitte.")).toBe("Eine Tasse.");
});

test("a ledger that cannot be read is told", async () => {
  const ledger = { ...memoryLedger(), ofCaller: () => Promise.reject(new StoreError("corrupt")) };
  expect(await setUp("en", ledger).say("What did you send where?")).toMatch(/can't|cannot/);
});
