import { expect, it } from "vitest";
import { capitalised, listed, numberWord, withArticle } from "../../../orchestrator/turn/words.ts";

it("says numbers, articles and lists", () => {
  expect([0, 1, 12, 20, 21].map(numberWord)).toEqual(["no", "one", "twelve", "twenty", "21"]);
  expect(["umbrella", "cup"].map(withArticle)).toEqual(["an umbrella", "a cup"]);
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed)).toEqual(["", "a", "a and b", "a, b and c"]);
  expect(capitalised("a dog")).toBe("A dog");
});
