import { expect, test } from "vitest";
import { closeFault, SpeechFault, statusFault, toFault } from "../../../orchestrator/speech/fault.ts";

test.each([
  [401, "unauthorized"],
  [402, "unauthorized"],
  [403, "unauthorized"],
  [429, "at-capacity"],
  [503, "at-capacity"],
  [504, "timeout"],
  [400, "invalid-request"],
  [404, "invalid-request"],
  [500, "server"],
])("HTTP %i is %s", (status, category) => {
  expect(statusFault(status)).toMatchObject({ category, code: String(status) });
});

test.each([
  [4401, "unauthorized"],
  [1008, "unauthorized"],
  [1013, "at-capacity"],
  [1011, "server"],
  [1006, "connectivity"],
  [1000, "connectivity"],
])("a socket closed with %i is %s", (code, category) => {
  expect(closeFault(code)).toMatchObject({ category, code: String(code) });
});

test("what was thrown keeps its fault, and is told without its message otherwise", () => {
  const fault = new SpeechFault("server", "empty");
  expect(toFault(fault)).toBe(fault);
  const reset = Object.assign(new Error("the words that were said"), { code: "ECONNRESET" });
  expect(toFault(reset)).toMatchObject({ category: "connectivity", code: "ECONNRESET" });
  expect(toFault(reset).message).not.toContain("words");
  const fetched = new TypeError("fetch failed", { cause: reset });
  expect(toFault(fetched)).toMatchObject({ category: "connectivity", code: "ECONNRESET" });
  expect(toFault("odd")).toMatchObject({ category: "connectivity", code: "unknown" });
});
