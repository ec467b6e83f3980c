import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refusalState } from "../../../../orchestrator/turn/guards/refusal.ts";

const refusals = lines("refusals");
const answers = lines("answers");

describe("whole answers", () => {
  it.each(refusals)("refusal: %s", (text) => {
    expect(refusalState(text, true)).toBe("refusal");
  });

  it.each(answers)("answer: %s", (text) => {
    expect(refusalState(text, true)).toBe("no-refusal");
  });
});

describe("while it streams", () => {
  it("decides the same however the text is cut, and never changes its mind", () => {
    fc.assert(
      fc.property(fc.constantFrom(...refusals, ...answers), (text) => {
        const states = prefixes(text).map((prefix) => refusalState(prefix));
        const decided = states.filter((state) => state !== "undecided");
        expect(new Set(decided).size).toBeLessThanOrEqual(1);
        const first = states.findIndex((state) => state !== "undecided");
        if (first >= 0) expect(states.slice(first)).not.toContain("undecided");
        if (decided[0] !== undefined) expect(refusalState(text, true)).toBe(decided[0]);
      }),
      { numRuns: 300 },
    );
  });

  it("never changes its mind on any text made of a refusal's own words", () => {
    const words = [...new Set(refusals.join(" ").split(/(?<= )/))];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (parts) => {
        const states = prefixes(parts.join("")).map((prefix) => refusalState(prefix));
        const first = states.findIndex((state) => state !== "undecided");
        if (first >= 0) expect(new Set(states.slice(first)).size).toBe(1);
      }),
    );
  });

  it("lets a good answer go at its first or second word", () => {
    for (const text of [
      "A chair, one o'clock",
      "Two people",
      "There is a door",
      "The stove is off",
      "Yes, a man",
    ]) {
      const [first = "", second = ""] = text.split(/(?<= )/);
      expect(refusalState(first + second)).toBe("no-refusal");
    }
    expect(refusalState("Milk")).toBe("no-refusal");
  });

  it("holds an honest answer no longer than its first clause", () => {
    for (const text of answers) {
      const held = prefixes(text).findIndex((prefix) => refusalState(prefix) !== "undecided");
      expect(held).toBeLessThan(32);
    }
  });

  it("holds nothing back beyond 80 characters", () => {
    const endless = `I am ${"very ".repeat(40)}sorry`;
    expect(refusalState(endless.slice(0, 79))).toBe("undecided");
    expect(refusalState(endless.slice(0, 80))).toBe("no-refusal");
  });

  it("waits for a word that may still become a contraction", () => {
    expect(refusalState("I can")).toBe("undecided");
    expect(refusalState("I can'")).toBe("undecided");
    expect(refusalState("I can’t")).toBe("undecided");
    expect(refusalState("I wo")).toBe("undecided");
    expect(refusalState("I can see")).toBe("no-refusal");
  });

  it("is undecided about nothing, and about nothing that has ended it says no", () => {
    expect(refusalState("")).toBe("undecided");
    expect(refusalState("  \n")).toBe("undecided");
    expect(refusalState("", true)).toBe("no-refusal");
  });
});

function lines(name: string): readonly string[] {
  const url = new URL(`../../../fixtures/refusals/${name}.txt`, import.meta.url);
  return readFileSync(url, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function prefixes(text: string): readonly string[] {
  return Array.from(text, (_, index) => text.slice(0, index + 1));
}
