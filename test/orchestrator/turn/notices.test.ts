import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../../../orchestrator/turn/language.ts";
import { noticesIn } from "../../../orchestrator/turn/notices.ts";

describe.each(LANGUAGES)("the core's fixed sentences in %s", (language) => {
  it.each(Object.entries(noticesIn(language)))(
    "%s is short, whole, and says nothing of what broke",
    (_key, notice) => {
      expect(notice).toMatch(/^[A-Z].*\.$/);
      expect(notice.split(" ").length).toBeLessThanOrEqual(16);
      expect(notice).not.toMatch(/error|server|timeout|fail|fehler/i);
    },
  );
});

it("are English where nobody translated them", () => {
  expect(noticesIn("fr-CH")).toBe(noticesIn("en"));
  expect(noticesIn(undefined)).toBe(noticesIn("en"));
  expect(noticesIn("de-AT")["lost-rest"]).toBe("Der Rest ist mir verloren gegangen.");
});
