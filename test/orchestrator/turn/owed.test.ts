import { expect, it } from "vitest";
import { owedBy } from "../../../orchestrator/turn/owed.ts";
import { turnReport } from "../metrics/turn-report.ts";

const unanswered = {
  outcome: "notice",
  ttftMs: null,
  route: { engine: "none", reason: "local-unavailable" },
  engineErrors: [{ engine: "local", category: "connectivity" }],
  answerableBy: ["local"],
  refused: false,
} as const;

it.each([
  ["its engine refused the connection", {}],
  ["its engine drained", { engineErrors: [{ engine: "local", category: "server" }] }],
  ["its engine was not even asked", { engineErrors: [] }],
  ["nothing came in time", { engineErrors: [], route: { engine: "none", reason: "local-only" } }],
] as const)("a question is owed its answer when %s", (_why, changes) => {
  expect(owedBy(turnReport({ ...unanswered, ...changes }))).toEqual(["local"]);
});

it.each([
  ["that was answered", { outcome: "answered", ttftMs: 80 }],
  ["that lost the rest of its answer", { ttftMs: 80 }],
  ["that was cut off", { outcome: "cancelled" }],
  ["that a model refused", { refused: true }],
  ["that no engine may answer", { answerableBy: [] }],
  ["that the engine will never take", { engineErrors: [{ engine: "local", category: "invalid-request" }] }],
  ["whose key is refused", { engineErrors: [{ engine: "local", category: "unauthorized" }] }],
] as const)("a question %s is not", (_what, changes) => {
  expect(owedBy(turnReport({ ...unanswered, ...changes }))).toEqual([]);
});

it("an engine that will never take the question leaves it to the other one", () => {
  const engineErrors = [
    { engine: "local", category: "unauthorized" },
    { engine: "cloud", category: "connectivity" },
  ] as const;
  const report = turnReport({ ...unanswered, engineErrors, answerableBy: ["local", "cloud"] });
  expect(owedBy(report)).toEqual(["cloud"]);
});
