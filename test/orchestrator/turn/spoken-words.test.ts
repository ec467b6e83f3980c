import { describe, expect, it } from "vitest";
import { beginnings, mayGrow, spokenWords, wordsIn } from "../../../orchestrator/turn/spoken-words.ts";

describe("spokenWords", () => {
  it("takes contractions apart, with either apostrophe", () => {
    expect(words("I'm sure we can’t, won't and don't")).toEqual(
      "i am sure we can not , will not and do not".split(" "),
    );
    expect(words("Nobody's here; no-one, noone, CANNOT")).toEqual(
      "nobody is here ; no one , no one , can not".split(" "),
    );
  });

  it("reads stops, dashes and line ends", () => {
    expect(words("Yes! No? Well… so — then\nmore: 2")).toEqual(
      "yes . no . well . so , then . more : 2".split(" "),
    );
  });

  it("keeps where each word stands", () => {
    const text = "  A chair.";
    expect(spokenWords(text).map(({ start, end }) => text.slice(start, end))).toEqual(["A", "chair", "."]);
  });
});

it("gives the words alone, without their stops", () => {
  expect(wordsIn("Well — I'm here.")).toEqual(["well", "i", "am", "here"]);
  expect(wordsIn("…")).toEqual([]);
});

describe("unfinished words", () => {
  it("may grow until something follows that cannot belong to them", () => {
    expect(grows("can")).toBe(true);
    expect(grows("can'")).toBe(true);
    expect(grows("can ")).toBe(false);
    expect(grows("can.")).toBe(false);
  });

  it("tell how the first word may begin that they become", () => {
    expect(beginnings("wo")).toContain("will");
    expect(beginnings("cann")).toEqual(expect.arrayContaining(["cann", "can"]));
    expect(beginnings("I’m")).toContain("i");
  });
});

function words(text: string): readonly string[] {
  return spokenWords(text).flatMap((token) => token.words);
}

function grows(text: string): boolean {
  const last = spokenWords(text).at(-1);
  return last !== undefined && mayGrow(last, text);
}
