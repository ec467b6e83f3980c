import { isGateDown } from "./gate-down.ts";
import type { FrameNeed, ModelName, Route, RoutePolicy, RouteReason, TurnSettings, Verdict } from "./turn.ts";

/** Everything the choice of an engine depends on. */
export interface RouteFacts {
  readonly policy: RoutePolicy;
  readonly privateToCloud: TurnSettings["privateToCloud"];
  readonly need: FrameNeed;
  /** Undefined when no frame is needed or none could be had. */
  readonly verdict: Verdict | undefined;
  /** The verdict is clear and a `ClearPicture` could be made of the frame. */
  readonly clear: boolean;
  /** The frame comes from a screen share. */
  readonly fromScreen: boolean;
  /** The picture is black or white: no engine could see anything in it. */
  readonly nothingToSee: boolean;
  readonly localUp: boolean;
  readonly cloudUp: boolean;
  /** The last answer came from the local engine or the describer. */
  readonly lastAnswerLocal: boolean;
  /** Part of the question does not leave the box. */
  readonly keptHere: boolean;
}

/** The route table of the architecture, row for row. */
export function chooseRoute(facts: RouteFacts): Route {
  if (facts.need.value && !facts.verdict) return { engine: "none", reason: "no-frame-available" };
  if (facts.need.value && facts.nothingToSee) return { engine: "none", reason: "nothing-to-see" };
  switch (facts.policy) {
    case "local-only":
      return facts.localUp ? { engine: "local", reason: "local-only" } : withoutModel(facts, "local-only");
    case "local-first":
      return localFirst(facts);
    case "person-local":
      return facts.verdict ? personLocalPicture(facts, facts.verdict) : personLocalText(facts);
  }
}

const MODELS: readonly ModelName[] = ["local", "cloud"];

/** The engines that may answer, whether they are up or not. */
export function answerableBy(facts: RouteFacts): readonly ModelName[] {
  return MODELS.filter((model) => {
    const alone = { ...facts, localUp: model === "local", cloudUp: model === "cloud" };
    return chooseRoute(alone).engine === model;
  });
}

function localFirst(facts: RouteFacts): Route {
  if (facts.localUp) return { engine: "local", reason: "local-first" };
  const allowed = facts.verdict ? facts.clear && mayLeave(facts) : !facts.lastAnswerLocal;
  if (facts.cloudUp && allowed && !facts.keptHere) return { engine: "cloud", reason: "local-unavailable" };
  return withoutModel(facts, "local-unavailable");
}

function personLocalText(facts: RouteFacts): Route {
  if (facts.lastAnswerLocal || facts.keptHere) return localOr(facts, "follows-local");
  if (facts.cloudUp) return { engine: "cloud", reason: "no-frame-needed" };
  return facts.localUp
    ? { engine: "local", reason: "cloud-unavailable" }
    : { engine: "none", reason: "cloud-unavailable" };
}

function personLocalPicture(facts: RouteFacts, verdict: Verdict): Route {
  if (!facts.clear) return localOr(facts, reasonToStay(verdict));
  if (facts.keptHere) return localOr(facts, "follows-local");
  const kept = privateReason(facts);
  if (kept) {
    if (facts.localUp) return { engine: "local", reason: kept };
    return facts.cloudUp && mayLeave(facts)
      ? { engine: "cloud", reason: "local-unavailable" }
      : withoutModel(facts, "local-unavailable");
  }
  if (facts.cloudUp) return { engine: "cloud", reason: "no-person" };
  return facts.localUp
    ? { engine: "local", reason: "cloud-unavailable" }
    : withoutModel(facts, "cloud-unavailable");
}

function localOr(facts: RouteFacts, reason: RouteReason): Route {
  return facts.localUp ? { engine: "local", reason } : withoutModel(facts, "local-unavailable");
}

/** The last step of the ladder: the detector's own words when there are any, else a notice. */
function withoutModel(facts: RouteFacts, reason: RouteReason): Route {
  const seen = facts.verdict && !isGateDown(facts.verdict.reason);
  return { engine: seen ? "describer" : "none", reason };
}

function reasonToStay(verdict: Verdict): RouteReason {
  if (verdict.value === "person") return "person-in-frame";
  return isGateDown(verdict.reason) ? "gate-unavailable" : "gate-unknown";
}

/** Papers, cards and screens are private also without a person. */
function privateReason(facts: RouteFacts): "reading-local" | "screen-local" | undefined {
  if (facts.fromScreen || facts.need.screen) return "screen-local";
  return facts.need.reading ? "reading-local" : undefined;
}

function mayLeave(facts: RouteFacts): boolean {
  const kept = privateReason(facts);
  if (!kept || facts.privateToCloud === "all") return true;
  return facts.privateToCloud === (kept === "screen-local" ? "screen" : "reading");
}
