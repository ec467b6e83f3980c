import fc from "fast-check";
import { expect, it } from "vitest";
import { splitPrompts } from "../../../orchestrator/commands/prompts.ts";

it.each([
  ["a|b", ["a", "b"]],
  [" a | b ", ["a", "b"]],
  [String.raw`a\|b|c`, ["a|b", "c"]],
  ["||a||", ["a"]],
  ["", []],
  ["|", []],
])("%j", (text, prompts) => {
  expect(splitPrompts(text)).toEqual(prompts);
});

it("gives back whatever was joined with bars", () => {
  const prompt = fc.string({ minLength: 1 }).map((text) => text.replaceAll("\\", "/").trim());
  fc.assert(
    fc.property(fc.array(prompt.filter((text) => text !== "")), (prompts) => {
      const joined = prompts.map((text) => text.replaceAll("|", String.raw`\|`)).join("|");
      expect(splitPrompts(joined)).toEqual(prompts);
    }),
  );
});
