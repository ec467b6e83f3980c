import { expect, test } from "vitest";
import { codeOf } from "../../web/code.ts";

test.each([
  ["#code=1234-abcd", "1234-abcd"],
  ["#code=a%2Bb", "a+b"],
  ["#call", ""],
  ["", ""],
])("codeOf: %j holds %j", (fragment, code) => {
  expect(codeOf(fragment)).toBe(code);
});
