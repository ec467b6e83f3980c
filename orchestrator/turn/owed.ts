import type { TurnReport } from "./report.ts";
import type { ModelName } from "./turn.ts";

/** What asking again would not change. */
const FOR_GOOD: ReadonlySet<string> = new Set(["invalid-request", "unauthorized"]);

/**
 * The engines that may still answer a question which got a notice; empty: it is not to be asked again. No
 * engine was left, and not a word of an answer was given.
 */
export function owedBy(report: TurnReport): readonly ModelName[] {
  const { outcome, ttftMs, route, refused, engineErrors, answerableBy } = report;
  if (outcome !== "notice" || ttftMs !== null || refused || route?.engine !== "none") return [];
  return answerableBy.filter(
    (model) => !engineErrors.some(({ engine, category }) => engine === model && FOR_GOOD.has(category)),
  );
}
