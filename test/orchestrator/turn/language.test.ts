import { expect, it } from "vitest";
import { toLanguage } from "../../../orchestrator/turn/language.ts";

it.each([
  ["en", "en"],
  ["en-GB", "en"],
  ["de", "de"],
  ["de-AT", "de"],
  ["DE_ch", "de"],
  ["den", "en"],
  ["fr", "en"],
  ["", "en"],
  [undefined, "en"],
])("%s is spoken to in %s", (tag, language) => {
  expect(toLanguage(tag)).toBe(language);
});
