import { expect, test } from "vitest";
import { createMemory } from "../../../../orchestrator/session/answering/memory.ts";
import { createConversation } from "../../../../orchestrator/turn/conversation.ts";
import { MAX_QUESTION_CHARACTERS } from "../../../../orchestrator/turn/question.ts";
import type { PastTurn } from "../../../../orchestrator/turn/turn.ts";
import { pastOf } from "../../../standins/turn.ts";

function remember() {
  const conversation = createConversation("call");
  const told: (readonly PastTurn[])[] = [];
  return {
    conversation,
    told,
    memory: createMemory({
      deps: { contextTokens: 8000, localPictures: 11 },
      call: { onHistory: (turns) => void told.push(turns) },
      conversation,
      ports: { local: undefined },
      onPastChanged: () => {},
    }),
  };
}
const unheard = { text: " ", interrupted: true };
const past = (question: string, answer = ""): PastTurn => pastOf({ question, answer });

test("an answer is remembered as far as it was heard", () => {
  const { memory, conversation, told } = remember();
  memory.record(past("What is this?", "A cup."), { text: "A cup.", interrupted: false }, "A cup. ");
  expect(memory.lastAnswer()).toBe("A cup. ");
  memory.record(past("And this?", "A"), { text: "A", interrupted: true }, "A red chair.");
  expect(memory.lastAnswer()).toBe("A");
  expect(conversation.snapshot().map(({ answer }) => answer)).toEqual(["A cup.", "A"]);
  expect(told.at(-1)).toEqual(conversation.snapshot());
});

test("a question that was cut off unheard is asked again with the next one", () => {
  const { memory, conversation } = remember();
  memory.record(past("What is"), unheard, "A cup.");
  expect(memory.joined("this?")).toBe("What is this?");
  memory.record(past("What is this?", "A cup."), { text: "A cup.", interrupted: false }, "A cup.");
  expect(memory.joined("And that?")).toBe("And that?");
  expect(conversation.snapshot()).toHaveLength(1);
});

test.each([
  ["of this box alone stays here", "local", false, true],
  ["of the describer alone stays here", "describer", false, true],
  ["of this box in place of a cloud that was asked too does not", "local", true, false],
  ["of the cloud does not", "cloud", true, false],
] as const)("what was cut off unheard and asked %s", (_, engine, wentOut, kept) => {
  const { memory } = remember();
  expect(memory.keptHere()).toBe(false);
  memory.record(pastOf({ question: "Who", answer: "", engine }), unheard, "Anna.", wentOut);
  expect(memory.keptHere()).toBe(kept);
  memory.record(past("Who is this?", "Anna."), { text: "Anna.", interrupted: false }, "Anna.");
  expect(memory.keptHere()).toBe(false);
});

test("questions that are cut off over and over do not grow without end, and none of them is forgotten", () => {
  const { memory, conversation } = remember();
  const long = (name: string): string => `${name} ${"x".repeat(MAX_QUESTION_CHARACTERS - 10)}`;
  for (const name of ["one", "two", "three"]) {
    const question = memory.joined(long(name));
    expect(question).toBe(long(name));
    memory.record(past(question), unheard, "");
  }
  const asked = (): readonly string[] => conversation.snapshot().map(({ question }) => question.slice(0, 3));
  expect(asked()).toEqual(["one", "two"]);
  memory.record(past(memory.joined("four and more"), "A"), { text: "A", interrupted: false }, "A");
  expect(asked()).toEqual(["one", "two", "thr", "fou"]);
  expect(memory.joined("five")).toBe("five");
});

test("a question that is given up is not asked again, and was asked all the same: of a private one, what follows stays private", () => {
  const { memory, conversation } = remember();
  memory.record(past("Who is this?"), unheard, "Anna.");
  memory.giveUp();
  memory.giveUp();
  expect(memory.joined("Stop it.")).toBe("Stop it.");
  expect(conversation.snapshot()).toMatchObject([{ question: "Who is this?", answer: "", engine: "local" }]);
});

test("after two turns that were cut off unheard one answer holds the floor", () => {
  const { memory } = remember();
  memory.record(past("One"), unheard, "");
  expect(memory.takeHold()).toBe(false);
  memory.record(past("One two"), unheard, "");
  expect(memory.takeHold()).toBe(true);
  expect(memory.takeHold()).toBe(false);
});
