import { localPrompt, type Shown } from "./prompt.ts";
import type { Frame, Jpeg, Message, PastTurn, Prompt, RoutePolicy, Turn, Verdict } from "./turn.ts";
import { isSameScene } from "./scene.ts";

/** A picture whose prefix the local engine has computed, behind this history. */
export interface Warm {
  readonly frame: Frame;
  readonly history: readonly PastTurn[];
}

/** Why a prefix is computed ahead, or not. */
export type PrefillReason =
  | "due"
  | "no-engine"
  | "in-flight"
  | "no-frame"
  | "not-judged"
  | "for-the-cloud"
  | "answering"
  | "same-scene"
  | "moving"
  | "fresh-enough"
  | "enough"
  | "engine-queue"
  | "engine-busy"
  | "budget-spent";

/** Everything the decision depends on. */
export interface PrefillFacts {
  readonly policy: RoutePolicy;
  /** There is a local engine that can prefill, and it is up. */
  readonly engineUp: boolean;
  readonly cloudUp: boolean;
  /** The engine has no other prefill under way, and no question waits there for its first token. */
  readonly engineHasRoom: boolean;
  readonly inFlight: boolean;
  /** An answer is not over yet: what is heard of it will be part of the past. */
  readonly answering: boolean;
  /** Somebody still speaks; false: there is a pause, and the question may be over. */
  readonly speaking: boolean;
  /** For how long the question has been asked. */
  readonly askedForMs: number;
  /** The newest frame that is judged, and the one before it of the same camera. */
  readonly frame: Frame | undefined;
  readonly previous: Frame | undefined;
  /** Prefills of this question so far: while it was spoken, and in its present pause. */
  readonly computed: { readonly speaking: number; readonly pause: number };
  /** Undefined: it is not there yet. */
  readonly verdict: Verdict | undefined;
  /** What is warm of this camera, behind the present history. */
  readonly warm: Frame | undefined;
  /** How long the last prefill took, or was waited for; null: none was of late. */
  readonly lastMs: number | null;
  /** What prefills of this call took of the engine in the last minute. */
  readonly spentMs: number;
}

/** An engine that takes this long over one picture has others to serve. */
const BUSY_MS = 1500;
/** A tenth of an engine's time is what one call may spend ahead. */
const BUDGET_MS = 6000;

/** In a pause a warm frame that is no older goes with the question that may end there. */
const FRESH_MS = 500;
/** Pictures that are computed at the beginning of a question, and one more for each of so many milliseconds. */
const MOST_SPEAKING = 1;
const ONE_MORE_MS = 4000;
/** And in each pause that it has: any of them may be its end. */
const MOST_IN_PAUSE = 1;

/**
 * Whether the newest frame is worth a prefill now. While somebody speaks, only one that a camera holds
 * still on: what a moving camera shows now is not what it shows when the question ends. In a pause the
 * question may be over, and whatever there is goes with it.
 */
export function decidePrefill(facts: PrefillFacts): PrefillReason {
  const { frame, previous, verdict, warm, lastMs, spentMs, speaking, computed } = facts;
  const most = speaking ? MOST_SPEAKING + facts.askedForMs / ONE_MORE_MS : MOST_IN_PAUSE;
  if (!facts.engineUp) return "no-engine";
  if (facts.inFlight) return "in-flight";
  if (!frame) return "no-frame";
  if (facts.answering) return "answering";
  if (warm && isSameScene(warm, frame)) return "same-scene";
  if (speaking && previous && !isSameScene(previous, frame)) return "moving";
  if (!speaking && warm && frame.capturedAtMs - warm.capturedAtMs <= FRESH_MS) return "fresh-enough";
  if (computed[speaking ? "speaking" : "pause"] + 1 > most) return "enough";
  // What the detector found stands between picture and question: a prefix without it would end too soon.
  if (!verdict) return "not-judged";
  if (facts.policy === "person-local" && facts.cloudUp && verdict.value === "clear") return "for-the-cloud";
  if (!facts.engineHasRoom) return "engine-queue";
  if (lastMs !== null && isLong(lastMs)) return "engine-busy";
  return spentMs >= BUDGET_MS ? "budget-spent" : "due";
}

/** Whether a prefill that was waited for this long says that the engine has others to serve. */
export function isLong(ms: number): boolean {
  return ms > BUSY_MS;
}

/**
 * The open turn up to where its question begins: system text, the past, the picture, the constant text
 * behind it and what the detector found. Without a picture, up to where the question's turn begins.
 */
export function prefillPrompt(
  turn: Pick<Turn, "conversationId" | "history" | "settings">,
  shown: Shown<Jpeg> | undefined,
): Prompt<Jpeg> {
  const prompt = localPrompt({ ...turn, question: "", endedAtMs: 0 }, shown);
  return { ...prompt, messages: prompt.messages.map(withoutEmptyEnd), maxTokens: 1 };
}

function withoutEmptyEnd(message: Message<Jpeg>): Message<Jpeg> {
  if (message.role !== "user" || message.parts.length < 2) return message;
  const last = message.parts.at(-1);
  return last?.type === "text" && last.text === ""
    ? { ...message, parts: message.parts.slice(0, -1) }
    : message;
}
