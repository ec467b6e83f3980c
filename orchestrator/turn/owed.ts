import type { TurnReport } from "./report.ts";
import type { RouteReason } from "./turn.ts";

/** What asking again would not change. */
const FOR_GOOD: ReadonlySet<string> = new Set(["invalid-request", "unauthorized"]);
const NOT_THE_ENGINE: ReadonlySet<RouteReason> = new Set(["no-frame-available", "nothing-to-see"]);

/**
 * Whether a question that got a notice is still to be answered: no engine was left that could, and not a
 * word of an answer was given. The same question may succeed once an engine is back.
 */
export function isOwed({ outcome, ttftMs, route, refused, engineErrors }: TurnReport): boolean {
  if (outcome !== "notice" || ttftMs !== null || refused) return false;
  if (route?.engine !== "none" || NOT_THE_ENGINE.has(route.reason)) return false;
  return !engineErrors.some(({ category }) => FOR_GOOD.has(category));
}
