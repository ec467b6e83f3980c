import { describe, expect, it } from "vitest";
import { MAX_QUESTION_CHARACTERS, toQuestion } from "../../../orchestrator/turn/question.ts";

describe("toQuestion", () => {
  it("trims and drops control characters", () => {
    expect(toQuestion("  what's\u0007 this?\n")).toBe("what's  this?");
  });

  it.each(["", "   ", "\n\t", "\u200b\u2800\u00ad"])("names an empty question %j", (text) => {
    expect(() => toQuestion(text)).toThrow("the question is empty; expected at least one word");
  });

  it("names the length of one that is too long, and the limit", () => {
    expect(() => toQuestion("a".repeat(10_000))).toThrow(
      `the question has 10000 characters; expected at most ${MAX_QUESTION_CHARACTERS}`,
    );
    expect(toQuestion("a".repeat(MAX_QUESTION_CHARACTERS))).toHaveLength(MAX_QUESTION_CHARACTERS);
  });
});
