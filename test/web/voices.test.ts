import { expect, test } from "vitest";
import { chooseVoice } from "../../web/voices.ts";

const voice = (lang: string, localService: boolean, name = lang, isDefault = false) => ({
  lang,
  localService,
  name,
  default: isDefault,
});

test("chooses among the voices on the device itself", () => {
  expect(chooseVoice([voice("en-US", false)], "en-US")).toBeUndefined();
  expect(chooseVoice([voice("de-DE", true)], "en-US")).toBeUndefined();
  expect(chooseVoice([voice("en-GB", true), voice("en_US", true)], "en-us")?.lang).toBe("en_US");
  expect(chooseVoice([voice("en-GB", true)], "en-US")?.lang).toBe("en-GB");
});

test("the default voice comes before others of its language", () => {
  const voices = [voice("en-US", true, "first"), voice("en-US", true, "chosen", true)];
  expect(chooseVoice(voices, "en")?.name).toBe("chosen");
});
