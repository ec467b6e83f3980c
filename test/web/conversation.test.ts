import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { addTyped, type Conversation, hearEvent, lastAnswer, settle } from "../../web/conversation.ts";

describe("hearEvent", () => {
  test("the caller's words are replaced as they are understood better", () => {
    const conversation = after(
      heard("What", false),
      heard("What's this", false),
      heard("What's this?", true),
    );
    expect(conversation).toEqual([
      { who: "caller", id: "s1", text: "What's this?", final: true, typed: false },
    ]);
  });

  test("words that turned out to be none are gone", () => {
    expect(after(heard("Hm", false), heard("", true))).toEqual([]);
  });

  test("an answer grows as it is generated and as it is spoken", () => {
    const conversation = after(caption("A chair. "), caption("A table."), spoken("A "));
    expect(conversation).toEqual([
      { who: "assistant", id: "t1", text: "A chair. A table.", spoken: "A ", state: "running" },
    ]);
  });

  test("what is spoken without having been announced shows too", () => {
    expect(lastAnswer(after(spoken("Call"), spoken("ing.")))).toBe("Calling.");
  });

  test("in the end stands what was heard", () => {
    const conversation = after(caption("A chair. A table."), spoken("A chair."), end("A chair.", true));
    expect(conversation).toEqual([
      { who: "assistant", id: "t1", text: "A chair.", spoken: "A chair.", state: "interrupted" },
    ]);
  });

  test("an answer of which nothing was heard leaves no trace, nor does a word that comes too late", () => {
    expect(after(caption("A chair."), end("", true))).toEqual([]);
    expect(lastAnswer(after(caption("A"), end("A", false), caption(" late")))).toBe("A");
  });

  test("a typed question that the server repeats stands there once", () => {
    const typed = addTyped([], "typed-1", "Why?");
    expect(hearEvent(typed, heard("Why?", true))).toEqual(typed);
    expect(hearEvent(typed, heard("Who?", true))).toHaveLength(2);
  });

  test("only the last two hundred utterances are kept", () => {
    let conversation: Conversation = [];
    for (let index = 0; index < 300; index += 1) conversation = addTyped(conversation, `q${index}`, "Why?");
    expect(conversation).toHaveLength(200);
    expect(conversation.at(-1)?.id).toBe("q299");
  });
});

test("settle: after the call nothing runs any more", () => {
  expect(settle(after(caption("A chair.")))).toMatchObject([{ state: "interrupted" }]);
  expect(settle(after(caption("A."), end("A.", false)))).toMatchObject([{ state: "complete" }]);
});

function after(...events: readonly CallEvent[]): Conversation {
  return events.reduce<Conversation>(hearEvent, []);
}

function heard(text: string, final: boolean): CallEvent {
  return { type: "heard", segment: "s1", text, final };
}

function caption(text: string): CallEvent {
  return { type: "caption", turn: "t1", text };
}

function spoken(text: string): CallEvent {
  return { type: "spoken", turn: "t1", text };
}

function end(text: string, interrupted: boolean): CallEvent {
  return { type: "answer-end", turn: "t1", text, interrupted };
}
