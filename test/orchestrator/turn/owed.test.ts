import { expect, it } from "vitest";
import { isOwed } from "../../../orchestrator/turn/owed.ts";
import { turnReport } from "../metrics/turn-report.ts";

const unanswered = {
  outcome: "notice",
  ttftMs: null,
  route: { engine: "none", reason: "local-unavailable" },
  engineErrors: [{ engine: "local", category: "connectivity" }],
  refused: false,
} as const;

it.each([
  ["its engine refused the connection", {}],
  ["its engine drained", { engineErrors: [{ engine: "local", category: "server" }] }],
  ["its engine was not even asked", { engineErrors: [] }],
  ["nothing came in time", { engineErrors: [], route: { engine: "none", reason: "local-only" } }],
] as const)("a question is owed its answer when %s", (_why, changes) => {
  expect(isOwed(turnReport({ ...unanswered, ...changes }))).toBe(true);
});

it.each([
  ["that was answered", { outcome: "answered", ttftMs: 80 }],
  ["that lost the rest of its answer", { ttftMs: 80 }],
  ["that was cut off", { outcome: "cancelled" }],
  ["that a model refused", { refused: true }],
  ["without a camera", { route: { engine: "none", reason: "no-frame-available" } }],
  ["about a black picture", { route: { engine: "none", reason: "nothing-to-see" } }],
  ["that the engine will never take", { engineErrors: [{ engine: "local", category: "invalid-request" }] }],
  ["whose key is refused", { engineErrors: [{ engine: "local", category: "unauthorized" }] }],
] as const)("a question %s is not", (_what, changes) => {
  expect(isOwed(turnReport({ ...unanswered, ...changes }))).toBe(false);
});
