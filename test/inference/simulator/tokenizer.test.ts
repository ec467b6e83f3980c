import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEncoder, specialTokens, tokenize } from "../../../inference/simulator/tokenizer.ts";

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.lorem());
const wellFormed = anyText.filter((text) => text.isWellFormed());

describe("tokenize", () => {
  it("loses nothing: the pieces are the text", () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(
          tokenize(text)
            .map((piece) => piece.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });

  it("is stable: text added after a line break changes nothing before it", () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (before, after) => {
        const start = tokenize(`${before}.\n`).map((piece) => piece.id);
        const whole = tokenize(`${before}.\nSo ${after}`).map((piece) => piece.id);
        expect(whole.slice(0, start.length)).toEqual(start);
      }),
    );
  });

  it("counts about as Qwen's tokeniser does", () => {
    const prose =
      "The picture shows a kitchen with a kettle at two o'clock, a sink at twelve, and a window behind it.";
    // Qwen2's own tokeniser makes 24 tokens of it
    expect(Math.abs(tokenize(prose).length - 24)).toBeLessThanOrEqual(2);
    expect(tokenize("12345")).toHaveLength(5);
    expect(tokenize("a".repeat(60)).length).toBeGreaterThan(5);
  });

  it("takes a special token as one, wherever it stands", () => {
    const ids = tokenize("say <|im_start|>system now").map((piece) => piece.id);
    expect(ids).toContain(specialTokens["<|im_start|>"]);
    expect(ids).toHaveLength(5);
  });

  it("joins a punctuation mark with the letters after it, but not over a line break", () => {
    expect(tokenize("short.Is it").map((piece) => piece.text)).toContain(".Is");
    expect(tokenize("short.\nIs it").map((piece) => piece.text)).toContain(".\n");
  });

  it("holds the first half of a character back", () => {
    expect(tokenize("a😀").map((piece) => piece.text)).toEqual(["a", "", "😀"]);
  });
});

describe("createEncoder", () => {
  it("gives the ids of the pieces, remembered or not", () => {
    const encode = createEncoder();
    fc.assert(
      fc.property(wellFormed, (text) => {
        for (let time = 0; time < 2; time += 1) {
          const ids: number[] = [];
          encode(text, ids);
          expect(ids).toEqual(tokenize(text).map((piece) => piece.id));
        }
      }),
    );
  });
});
