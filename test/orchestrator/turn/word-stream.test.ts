import fc from "fast-check";
import { expect, it } from "vitest";
import { spokenWords } from "../../../orchestrator/turn/spoken-words.ts";
import { createWordStream } from "../../../orchestrator/turn/word-stream.ts";

const texts = fc.array(
  fc.constantFrom("I", "can't", "nobody’s", " ", ", ", ".", "é", "\n", "—", "no-one", "2.5", "'"),
  {
    maxLength: 20,
  },
);

it("loses no character and finds the same words however the text is cut and taken ahead", () => {
  fc.assert(
    fc.property(
      texts,
      fc.infiniteStream(fc.record({ size: fc.nat(4), ahead: fc.boolean() })),
      (parts, cuts) => {
        const text = parts.join("");
        const stream = createWordStream();
        let out = "";
        const words: string[] = [];
        for (let at = 0; at < text.length;) {
          const { size, ahead } = cuts.next().value ?? { size: 0, ahead: false };
          for (const atom of stream.push(text.slice(at, at + size + 1), false)) {
            out += atom.text;
            words.push(...atom.words);
          }
          if (ahead) out += stream.takeAhead();
          at += size + 1;
        }
        for (const atom of stream.push("", true)) {
          out += atom.text;
          words.push(...atom.words);
        }
        expect(out).toBe(text);
        expect(words).toEqual(spokenWords(text).flatMap((token) => token.words));
      },
    ),
    { numRuns: 500 },
  );
});

it("shows the word that may still grow", () => {
  const stream = createWordStream();
  expect(stream.push("I can", false).map((atom) => atom.text)).toEqual(["I"]);
  expect(stream.unfinishedWord()).toBe("can");
  expect(stream.takeAhead()).toBe(" can");
  expect(stream.push("'t see", false)).toEqual([{ text: "'t", words: ["can", "not"] }]);
});
