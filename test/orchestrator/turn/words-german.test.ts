import { expect, it } from "vitest";
import { germanList, germanNumber, germanWords } from "../../../orchestrator/turn/words-german.ts";

it("says numbers up to twenty in words", () => {
  expect([1, 2, 7, 12, 17, 20, 21].map(germanNumber)).toEqual(
    "ein zwei sieben zwölf siebzehn zwanzig 21".split(" "),
  );
});

it("finds whole words, also beside umlauts", () => {
  const found = germanWords("tür(?:en)?", "auf");
  expect(["die tür", "türen", "tür auf!"].every((text) => found.test(text))).toBe(true);
  expect(["türe", "ätür", "kauf"].some((text) => found.test(text))).toBe(false);
});

it("lists with und", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(germanList)).toEqual([
    "",
    "a",
    "a und b",
    "a, b und c",
  ]);
});
