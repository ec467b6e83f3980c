import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClauseSplitter } from "../../../orchestrator/speech/clauses.ts";

/** Clauses of a text that comes in pieces: `Hel|lo the|re.` */
function clausesOf(pieces: string, language?: string): readonly string[] {
  const splitter = createClauseSplitter(language);
  return [...pieces.split("|").flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}

describe("createClauseSplitter", () => {
  it("releases the first clause at a comma and later ones as sentences", () => {
    expect(clausesOf("I can see two people, one at eleven. Yes, both smile. Bye.")).toEqual([
      "I can see two people, ",
      "one at eleven. ",
      "Yes, both smile. ",
      "Bye.",
    ]);
  });

  it("waits for more than a word or two before it takes a comma", () => {
    expect(clausesOf("Yes, there is one on the left, I think.")[0]).toBe("Yes, there is one on the left, ");
    expect(clausesOf("Well, no, I do not think so, sorry.")[0]).toBe("Well, no, I do not think so, ");
  });

  it("releases a short first sentence at once", () => {
    const splitter = createClauseSplitter();
    expect(splitter.push("Yes.")).toEqual([]);
    expect(splitter.push(" Two")).toEqual(["Yes. "]);
  });

  it("releases a first clause without a stop after twelve words", () => {
    const words = Array.from({ length: 20 }, (_, index) => `word${index}`).join(" ");
    expect(clausesOf(words)[0]?.trim().split(" ")).toHaveLength(12);
  });

  it.each([
    ["It costs $29.|99 today.", "It costs $29.99 today."],
    ["Pi is 3|.14 or so.", "Pi is 3.14 or so."],
    ["Take fruit, e.g. apples.", "e.g. apples."],
    ["Dr. Smith is in.", "Dr. Smith is in."],
    ["Ask J. Smith now.", "Ask J. Smith now."],
    ["It is at 12:30 or 1,000 m.", "It is at 12:30 or 1,000 m."],
    ["See www.example.com for it.", "See www.example.com for it."],
    ["Well... maybe it is.", "Well... maybe it is."],
    ["Room no. 5 is here.", "Room no. 5 is here."],
  ])("does not cut within %s", (pieces, kept) => {
    expect(clausesOf(pieces).some((clause) => clause.includes(kept))).toBe(true);
  });

  it.each([
    ["No. It is not.", ["No. ", "It is not."]],
    ["It is 3. Then go.", ["It is 3. ", "Then go."]],
    ["Apples, pears, etc. They are ripe.", ["Apples, pears, etc. ", "They are ripe."]],
    ["Look! A dog? “Yes.” Good.", ["Look! ", "A dog? ", "“Yes.” ", "Good."]],
    ["Milk\nBread\n", ["Milk\n", "Bread\n"]],
    ["1. Milk 2 l\n2. Bread", ["1. Milk 2 l\n", "2. Bread"]],
    ["你好。再见。", ["你好。", "再见。"]],
  ])("cuts %j", (text, expected) => {
    expect(clausesOf(text)).toEqual(expected);
  });

  it("knows German abbreviations and ordinal numbers", () => {
    expect(clausesOf("Am 3. Mai z. B. um zwölf bzw. eins. Danach nicht.", "de-DE")).toEqual([
      "Am 3. Mai z. B. um zwölf bzw. eins. ",
      "Danach nicht.",
    ]);
  });

  it("cuts a sentence without end at its last comma", () => {
    const long = `Start. ${"some words and, ".repeat(30)}`;
    const clauses = clausesOf(long);
    expect(Math.max(...clauses.map(({ length }) => length))).toBeLessThanOrEqual(260);
    expect(clauses.slice(1, -1).every((clause) => clause.endsWith(", "))).toBe(true);
  });

  it("loses no character, and cuts at the same places however the text is chunked", () => {
    const alphabet = [
      "Dr.",
      "a",
      "No.",
      " ",
      " ",
      "\n",
      ".",
      ",",
      "!",
      "…",
      "3",
      "$29.99",
      "e.g.",
      "The",
      "你。",
      "“",
      "”",
      "😀",
      "**",
    ];
    const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 120 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.array(fc.nat(12), { minLength: 1, maxLength: 10 }), (whole, lengths) => {
        const splitter = createClauseSplitter();
        const clauses: string[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const length = (lengths[turn % lengths.length] ?? 0) + 1;
          clauses.push(...splitter.push(whole.slice(at, at + length)));
          at += length;
        }
        clauses.push(...splitter.end());
        expect(clauses.join("")).toBe(whole);
        expect(clauses).toEqual(clausesOf(whole.replaceAll("|", "")));
        expect(clauses).not.toContain("");
      }),
      { numRuns: 500 },
    );
  });
});
