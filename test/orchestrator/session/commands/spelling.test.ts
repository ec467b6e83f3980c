import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spelling } from "../../../../orchestrator/session/commands/spelling.ts";

describe("what is meant by that", () => {
  it.each([
    ["the last quoted words", "It says “Open” and “Karl Müller.”", "K, A, R, L; M, U umlaut, L, L, E, R."],
    ["straight quotes", 'The label reads "EXIT".', "E, X, I, T."],
    [
      "a name of several words",
      "A letter for Anna Maria Berg, near.",
      "A, N, N, A; M, A, R, I, A; B, E, R, G.",
    ],
    ["the last name", "Karl writes to Berta.", "B, E, R, T, A."],
    ["not the word a sentence begins with", "Probably a mug.", "M, U, G."],
    ["a number, longer than a digit", "Flight LH 1234-B at gate 5.", "L, H; 1, 2, 3, 4, hyphen, B."],
    ["a digit, when there is nothing else", "At 5", "5."],
    ["an address", "Write to info@example.org.", "I, N, F, O, at, E, X, A, M, P, L, E, dot, O, R, G."],
    ["the last word of a plain answer", "A red door.", "D, O, O, R."],
    ["one word", "Karl.", "K, A, R, L."],
    ["an apostrophe", "It is “O’Hara”.", "O, apostrophe, H, A, R, A."],
    ["no empty quotes", "It says “…”, on a door.", "D, O, O, R."],
  ])("%s", (_what, answer, spoken) => {
    expect(spelling(answer, "en")).toBe(spoken);
  });

  it.each(["", "…", "  ?! "])("is nothing in %j", (answer) => {
    expect(spelling(answer, "en")).toBeUndefined();
  });
});

it("German letters and signs have German names", () => {
  expect(spelling("Da steht „Straße 7-B“.", "de-AT")).toBe("S, T, R, A, Eszett, E; 7, Bindestrich, B.");
  expect(spelling("Der Name ist Jürgen.", "de")).toBe("J, Ü, R, G, E, N.");
});

it("stops where nobody follows any more, and says so", () => {
  const spoken = spelling(`“${"abc".repeat(30)}”`, "en");
  expect(spoken?.split(", ")).toHaveLength(40);
  expect(spoken).toMatch(/A\. And more\.$/);
});

it("says every letter of a word, in order, once", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,30}$/), (word) => {
      expect(spelling(`It says “${word}”.`, "en")?.replaceAll(/[, .]/g, "").toLowerCase()).toBe(word);
    }),
  );
});

it("never fails, whatever was answered", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (answer) => {
      expect(spelling(answer, "de") ?? "A.").toMatch(/^[^\s,;].*\.$/su);
    }),
  );
});
