import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { takeSentences } from "../../../web/lib/sentences.ts";

describe("takeSentences", () => {
  test.each([
    ["A chair. A tab", ["A chair."], "A tab"],
    ["It costs $29.99 here", [], "It costs $29.99 here"],
    ['It says "Stop!" Then', ['It says "Stop!"'], "Then"],
    ["One\nTwo", ["One"], "Two"],
    ["Done.", [], "Done."],
    ["Done. ", ["Done."], ""],
  ])("%j", (text, whole, rest) => {
    expect(takeSentences(text)).toEqual({ whole, rest });
  });

  test("loses no letter, however the text grows", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z .!?\n$0-9"]{0,8}$/)), (pieces) => {
        let rest = "";
        const said: string[] = [];
        for (const piece of pieces) {
          const taken = takeSentences(rest + piece);
          said.push(...taken.whole);
          ({ rest } = taken);
        }
        const letters = (text: string) => text.replaceAll(/\s/g, "");
        expect(letters(said.join("") + rest)).toBe(letters(pieces.join("")));
      }),
    );
  });
});
