import { expect, it } from "vitest";
import { NOTICES } from "../../../orchestrator/turn/notices.ts";

it("are short whole sentences without a word about what broke", () => {
  for (const notice of Object.values(NOTICES)) {
    expect(notice).toMatch(/^[A-Z].*\.$/);
    expect(notice.split(" ").length).toBeLessThanOrEqual(16);
    expect(notice).not.toMatch(/error|server|timeout|fail/i);
  }
});
