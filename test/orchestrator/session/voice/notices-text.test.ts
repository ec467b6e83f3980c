import { describe, expect, it } from "vitest";
import { callNoticesIn } from "../../../../orchestrator/session/voice/notices-text.ts";
import { LANGUAGES } from "../../../../orchestrator/turn/language.ts";

describe.each(LANGUAGES)("the fixed sentences of a call in %s", (language) => {
  it.each(Object.entries(callNoticesIn(language)))(
    "%s is short, whole, and says no word of what broke",
    (_key, text) => {
      expect(text).toMatch(/^\p{Lu}.*\.$/u);
      expect(text.split(" ").length).toBeLessThanOrEqual(16);
      expect(text).not.toMatch(/error|server|timeout|fail|crash|fehler|absturz/i);
    },
  );

  it("none says the same as another", () => {
    const texts = Object.values(callNoticesIn(language)).filter(
      (text) => !/camera is off|Kamera ist aus/.test(text),
    );
    expect(new Set(texts).size).toBe(texts.length);
  });
});

it("are other words in each language", () => {
  const [en, de] = LANGUAGES.map((language) => callNoticesIn(language));
  for (const [key, text] of Object.entries(en!)) expect(Object.entries(de!)).not.toContainEqual([key, text]);
  expect(callNoticesIn("pt-BR")).toEqual(en);
});
