import { describe, expect, it } from "vitest";
import { stopKind } from "../../../orchestrator/speech/abbreviations.ts";

describe("stopKind", () => {
  it.each([
    ["Dr", "abbreviation"],
    ["(e.g", "abbreviation"],
    ["z.B", "abbreviation"],
    ["J", "abbreviation"],
    ["No", "before-number"],
    ["etc", "either"],
    ["p.m", "either"],
    ["I", "end"],
    ["table", "end"],
    ["", "end"],
  ])("%s: %s", (word, kind) => {
    expect(stopKind(word)).toBe(kind);
  });
});
