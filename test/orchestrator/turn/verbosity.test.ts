import { describe, expect, it } from "vitest";
import { longer, shorter, VERBOSITIES, verbosityNote } from "../../../orchestrator/turn/verbosity.ts";

describe("how long an answer is wanted", () => {
  it("goes one step at a time, and no further than its ends", () => {
    expect(VERBOSITIES.map(shorter)).toEqual(["short", "short", "normal"]);
    expect(VERBOSITIES.map(longer)).toEqual(["normal", "long", "long"]);
  });

  it.each(["en", "de"])("is a constant sentence in %s, and none when it is as always", (language) => {
    expect(verbosityNote("normal", language)).toBe("");
    for (const verbosity of ["short", "long"] as const) {
      expect(verbosityNote(verbosity, language)).toMatch(/^\(\p{Lu}.*\.\)$/u);
    }
    expect(verbosityNote("short", language)).not.toBe(verbosityNote("long", language));
  });

  it("is English for a language without sentences", () => {
    expect(verbosityNote("long", "fr")).toBe(verbosityNote("long", "en"));
    expect(verbosityNote("long", "de-AT")).not.toBe(verbosityNote("long", "en"));
  });
});
