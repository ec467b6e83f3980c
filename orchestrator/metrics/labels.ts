import type { EngineErrorCategory } from "../errors.ts";
import type { FrameChoiceReason } from "../turn/choose-frame.ts";
import type { EngineName, Outcome, Route, RouteReason, VerdictReason, VerdictValue } from "../turn/turn.ts";

/** Label values are closed lists: a value from outside becomes `other`, so that no series can be made up. */
export const OTHER = "other";

/** The turn ended before a route was chosen. */
export const UNDECIDED = "undecided";

export const engines = list<EngineName>({ local: 1, cloud: 1, describer: 1 });

export const routes = list<Route["engine"]>({ local: 1, cloud: 1, describer: 1, none: 1 });

/** How a question came: typed at the command line, typed on the page, or in a call. */
export const transports = ["terminal", "http", "livekit"] as const;

export const outcomes = list<Outcome>({ answered: 1, notice: 1, cancelled: 1 });

export const verdicts = list<VerdictValue>({ clear: 1, person: 1, unknown: 1 });

/** `not-needed`: the question is answered without the camera. */
export const frameChoices = list<FrameChoiceReason | "not-needed">({
  photo: 1,
  "sharpest-near-end": 1,
  "newest-fresh": 1,
  "warm-fresh": 1,
  "warm-same-scene": 1,
  waited: 1,
  "no-camera": 1,
  "not-needed": 1,
});

export const routeReasons = list<RouteReason>({
  "no-frame-needed": 1,
  "follows-local": 1,
  "person-in-frame": 1,
  "gate-unknown": 1,
  "gate-unavailable": 1,
  "no-person": 1,
  "reading-local": 1,
  "screen-local": 1,
  "no-frame-available": 1,
  "nothing-to-see": 1,
  "cloud-refused": 1,
  "cloud-unavailable": 1,
  "local-first": 1,
  "local-unavailable": 1,
  "local-only": 1,
});

export const verdictReasons = list<VerdictReason>({
  "no-person": 1,
  "person-detected": 1,
  "person-on-second-look": 1,
  "person-moments-ago": 1,
  uncertain: 1,
  "bad-quality": 1,
  "first-frame": 1,
  "gate-unready": 1,
  "gate-busy": 1,
  "gate-timeout": 1,
  "gate-unreachable": 1,
  "gate-garbage": 1,
  "other-bytes": 1,
  superseded: 1,
});

/** How far a turn had come when it was thrown away. */
export const discardStages = ["prefill", "answer"] as const;

/** Whether the gate had judged exactly the bytes that left for the cloud, and judged them clear. */
export const judgements = ["clear", "not-clear"] as const;

/** Why a call ended: by its caller (`hung-up`, `left`, `taken-over`), by the network (`lost`), or by us. */
export const callEnds = ["hung-up", "left", "taken-over", "lost", "removed", "shutdown", "failed"] as const;

/** Why an answer was not prepared before its question was over. */
export const waitReasons = ["keeps-changing", "tokens-spent", "sound-spent"] as const;

/** `resumed`: no words, or none that were meant to end it. */
export const bargeInResults = ["ended", "resumed"] as const;

/** What was computed ahead: a picture, the past without one, or a token to keep the engine awake. */
export const prefillKinds = ["picture", "past", "keep-alive"] as const;

export const prefillResults = ["computed", "aborted", "failed"] as const;

export const errorCategories = list<EngineErrorCategory>({
  "at-capacity": 1,
  timeout: 1,
  connectivity: 1,
  server: 1,
  "invalid-request": 1,
  unauthorized: 1,
});

/** The value itself when the list knows it, else `other`. */
export function toLabel<Value extends string>(known: readonly Value[], value: string): Value | typeof OTHER {
  return known.find((entry) => entry === value) ?? OTHER;
}

/** Every value of a union, checked by the compiler: a member left out, or one too many, is an error. */
function list<Value extends string>(members: Record<Value, 1>): readonly Value[] {
  return Object.keys(members) as Value[];
}
