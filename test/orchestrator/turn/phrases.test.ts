import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWhole, phrases } from "../../../orchestrator/turn/phrases.ts";

describe("phrases", () => {
  it("follows alternatives, groups, options and repetition", () => {
    expect(matches("a b", "a b")).toBe(true);
    expect(matches("a | b c", "b c")).toBe(true);
    expect(matches("a b? c", "a c")).toBe(true);
    expect(matches("a (b | c)* d", "a b c b d")).toBe(true);
    expect(matches("a (b | c)* d", "a d")).toBe(true);
    expect(matches("(a b)? c", "a c")).toBe(false);
  });

  it("knows any word, any word but one, and named parts", () => {
    expect(matches("a _ c", "a x c")).toBe(true);
    expect(matches("a !but", "a but")).toBe(false);
    expect(matches("a !but", "a boat")).toBe(true);
    expect(matches("$NOT see", "can not see", { NOT: "(do | can) not" })).toBe(true);
    expect(matches("$A c", "b c", { A: "a | b" })).toBe(true);
  });

  it("says when nothing more can come of it", () => {
    const grammar = phrases("a b c?");
    const after = grammar.next(grammar.next(grammar.start, "a"), "b");
    expect(after).toMatchObject({ complete: true, open: true });
    expect(grammar.next(after, "x")).toMatchObject({ complete: false, open: false });
    expect(grammar.next(after, "c")).toMatchObject({ complete: true, open: false });
  });

  it("says which beginnings of a word may come next", () => {
    const grammar = phrases("nobody | (no | not) one");
    expect(grammar.expects(grammar.start, "no")).toBe(true);
    expect(grammar.expects(grammar.start, "nob")).toBe(true);
    expect(grammar.expects(grammar.start, "x")).toBe(false);
    const anyWord = phrases("_");
    expect(anyWord.expects(anyWord.start, "x")).toBe(true);
  });

  it("agrees with a regular expression on random words", () => {
    const grammar = "(a | b c)* d? (a !b)?";
    const expected = /^(?:a |b c )*(?:d )?(?:a [acd] )?$/;
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 7 }), (words) => {
        expect(matches(grammar, words.join(" "))).toBe(expected.test(`${words.join(" ")} `));
      }),
    );
  });
});

function matches(expression: string, text: string, parts: Readonly<Record<string, string>> = {}): boolean {
  return isWhole(phrases(expression, parts), text.split(" "));
}
