import type { ComposePlan } from "./compose-plan.ts";
import { isWithoutCard } from "./plan-words.ts";

/** The profile of what only measures. */
export const OBSERVABILITY = "observability";

/** Its services, in the order in which they are started; no call needs one of them. */
export const OBSERVERS = ["prometheus", "dcgm", "grafana"] as const;

type Arguments = Pick<ComposePlan, "arguments">;

/** Those of them that a plan starts. */
export function observersOf({ arguments: words }: Arguments): readonly string[] {
  if (!words.includes(`--profile=${OBSERVABILITY}`)) return [];
  // There is no card to read.
  return OBSERVERS.filter((name) => name !== "dcgm" || !isWithoutCard(words));
}

export function isObserver(service: string): boolean {
  return OBSERVERS.some((name) => name === service);
}

/** The plan of what calls need. */
export function withoutObservers<Plan extends Arguments>(plan: Plan): Plan {
  return { ...plan, arguments: plan.arguments.filter((word) => word !== `--profile=${OBSERVABILITY}`) };
}
