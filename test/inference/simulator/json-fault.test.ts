import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonFault } from "../../../inference/simulator/json-fault.ts";

describe("findJsonFault", () => {
  // places and words as a real vLLM answered them
  it.each([
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ['{"a":1 "b":2}', 7, "Expecting ',' delimiter"],
    ["{a:1}", 1, "Expecting property name enclosed in double quotes"],
    ["[1,]", 3, "Expecting value"],
    ['{"a":1} x', 8, "Extra data"],
    ['{"a":"x', 5, "Unterminated string starting at"],
    ['{"a":tru}', 5, "Expecting value"],
    ["nope", 0, "Expecting value"],
    ['{"a":"\\x"}', 6, "Invalid \\escape"],
    ['{"a":1,}', 7, "Expecting property name enclosed in double quotes"],
  ])("%s", (text, at, reason) => {
    expect(findJsonFault(text)).toMatchObject({ at, reason });
  });

  it("finds the fault inside a text that ends too early, and ends for every text", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        const text = json.slice(0, cut % (json.length + 1));
        const { at } = findJsonFault(text);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
