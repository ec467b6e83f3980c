import type { ClearPicture } from "./clear-picture.ts";

/** Where a picture came from. A screen share is private by default, a photo has no age. */
export type FrameSource = "photo" | "camera" | "screen";

/** An encoded picture: upright, one frame, no metadata. */
export interface Jpeg {
  readonly bytes: Uint8Array;
  /** Lower-case hex sha256 of `bytes`. */
  readonly sha256: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** What is wrong with a picture, in the words that the user is told. */
export type QualityHint = "too-dark" | "too-bright" | "covered" | "blurred";

/** Numbers of the luma plane, taken on the gated JPEG. */
export interface Quality {
  /** Detail in the blurriest of four directions, relative to contrast; higher is sharper, without a unit. */
  readonly sharpness: number;
  /** Mean luma, 0–255. */
  readonly mean: number;
  /** Standard deviation of luma, 0–255. */
  readonly deviation: number;
  readonly hint: QualityHint | null;
}

/** One picture of the call, ready to be judged and sent. */
export interface Frame {
  readonly id: string;
  readonly source: FrameSource;
  /** Monotonic instant of capture (`performance.now()` scale). */
  readonly capturedAtMs: number;
  /** Upright size of the captured picture in pixels; boxes are in this space. */
  readonly width: number;
  readonly height: number;
  readonly quality: Quality;
  /** Mean luma of the cells of a grid, see `sceneOf`: tells whether two frames show the same. */
  readonly scene: Uint8Array;
  /** The bytes that the gate judges, and the only ones that may ever reach a cloud engine. */
  readonly gated: Jpeg;
  /** The larger picture for the local engine, encoded when first asked for. */
  detailed(): Promise<Jpeg>;
}

/** A detection in the pixels of the upright source picture; `x`, `y` are the top left corner. */
export interface Box {
  /** COCO class name. */
  readonly label: string;
  /** 0–1. */
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type VerdictValue = "clear" | "person" | "unknown";

/** Why a verdict is what it is. All but `no-person` keep the picture on the box. */
export type VerdictReason =
  | "no-person"
  | "person-detected"
  | "person-on-second-look"
  | "person-moments-ago"
  | "uncertain"
  | "bad-quality"
  | "first-frame"
  | "gate-unready"
  | "gate-busy"
  | "gate-timeout"
  | "gate-unreachable"
  | "gate-garbage"
  | "other-bytes"
  | "superseded";

/** The gate's word on one picture. Anything but `clear` counts as a person. */
export interface Verdict {
  readonly value: VerdictValue;
  /** Person score of the plain look, 0–1; the verdict may rest on more looks. Null when none was taken. */
  readonly score: number | null;
  readonly reason: VerdictReason;
  readonly boxes: readonly Box[];
  readonly model: string | null;
  /** Decode to verdict, as the gate measured it. */
  readonly ms: number | null;
  /** sha256 of the bytes that were judged. */
  readonly sha256: string;
}

/** Does the question need the camera, and why? */
export interface FrameNeed {
  readonly value: boolean;
  readonly reason: string;
  /** Small text is to be read: the larger, local picture serves better, and papers are private. */
  readonly reading: boolean;
  /** The question is about the shared screen. */
  readonly screen: boolean;
}

export type EngineName = "local" | "cloud" | "describer";

/** An engine that answers any question, and may be away. */
export type ModelName = Exclude<EngineName, "describer">;

export type RoutePolicy = "person-local" | "local-first" | "local-only";

export type RouteReason =
  | "no-frame-needed"
  | "follows-local"
  | "person-in-frame"
  | "gate-unknown"
  | "gate-unavailable"
  | "no-person"
  | "reading-local"
  | "screen-local"
  | "no-frame-available"
  | "nothing-to-see"
  | "cloud-refused"
  | "cloud-unavailable"
  | "local-first"
  | "local-unavailable"
  | "local-only";

/** Which engine answers, and why. `none`: only a fixed sentence is left. */
export interface Route {
  readonly engine: EngineName | "none";
  readonly reason: RouteReason;
}

/** What the describer sees: no pixels, only what the detector found in them. */
export interface Sighting {
  readonly verdict: Verdict;
  /** Pixels of the space the boxes are in. */
  readonly width: number;
  readonly height: number;
  readonly hint: QualityHint | null;
}

export type Part<Picture> =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "picture"; readonly picture: Picture };

export type Message<Picture> =
  | { readonly role: "system" | "assistant"; readonly text: string }
  | { readonly role: "user"; readonly parts: readonly Part<Picture>[] };

/** What an engine is asked. `Picture` says what that engine may see: `Jpeg`, `ClearPicture` or `Sighting`. */
export interface Prompt<Picture> {
  /** Stable for a call: becomes the cache salt of a vLLM, HMACed with the server's secret. */
  readonly conversationId: string;
  /** BCP 47, of what the describer says; a model goes by its system prompt. Default: English. */
  readonly language?: string;
  readonly messages: readonly Message<Picture>[];
  readonly maxTokens: number;
}

export interface Usage {
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly completionTokens: number | null;
}

/** One turn that is over, as later prompts repeat it. */
export interface PastTurn {
  readonly question: string;
  /** What was heard, not what was generated. */
  readonly answer: string;
  readonly engine: EngineName | "none";
  /** The local engine's picture of this turn; only local turns keep one. */
  readonly jpeg: Jpeg | null;
  /** The cloud engine's picture of this turn; only cloud turns keep one. */
  readonly clear: ClearPicture | null;
  /** The detector's facts as they stood in the prompt. */
  readonly facts: string;
  /** What stood behind the question in the prompt. Default: nothing. */
  readonly note?: string;
  /** What showed the picture that was asked about. Default: none was. */
  readonly source?: FrameSource;
}

export interface TurnSettings {
  readonly policy: RoutePolicy;
  /** Which private pictures with a clear verdict may go to the cloud when no local engine is up. */
  readonly privateToCloud: "never" | "reading" | "screen" | "all";
  readonly systemPrompt: string;
  /** BCP 47, of fixed sentences. Default: English. */
  readonly language?: string;
  /** False: no question looks at a picture. Default: true. */
  readonly camera?: boolean;
  /** A picture comes as a photo with its question, if at all: there is no camera that could be off. Default: false. */
  readonly photosOnly?: boolean;
  /** Completion limit of an answer, in tokens. */
  readonly maxTokens: number;
  /** Angle of view along the longer side of the picture, in degrees. */
  readonly fieldOfViewDeg: number;
  /** How long a late verdict is waited for before it counts as a person. */
  readonly verdictDeadlineMs: number;
  /** Without a first token by then, the permitted fallback starts beside the engine. */
  readonly fallbackAfterMs: { readonly local: number; readonly cloud: number };
  /** Outer bound from the turn's start to its first word, the look at the picture included. */
  readonly turnDeadlineMs: number;
}

/** What the user just said, and what they showed. */
export interface Turn {
  readonly conversationId: string;
  readonly question: string;
  /** Stands behind the question in the prompt: how long an answer is wanted. Default: nothing. */
  readonly note?: string;
  /** Monotonic instant at which the question ended. */
  readonly endedAtMs: number;
  readonly history: readonly PastTurn[];
  /** Part of the question was asked of an engine of this box already, and does not leave it. Default: false. */
  readonly keptHere?: boolean;
  readonly settings: TurnSettings;
}

export type Outcome = "answered" | "notice" | "cancelled";

/** A named instant of a turn. */
export type Mark =
  | "turn-start"
  | "frame-chosen"
  | "verdict-known"
  | "route-chosen"
  | "request-sent"
  | "first-token"
  | "last-token"
  | "turn-end";

/** What a turn decided and met on its way; the recorder turns it into metrics, logs and `--json`. */
export type TurnEvent =
  | { readonly type: "need"; readonly need: FrameNeed }
  | { readonly type: "frame"; readonly frame: Frame; readonly reason: string }
  | { readonly type: "verdict"; readonly verdict: Verdict }
  | { readonly type: "route"; readonly route: Route }
  /** The question was sent to an engine; more than one when the first is slow or fails. */
  | { readonly type: "asked"; readonly engine: EngineName }
  | {
      readonly type: "picture";
      readonly jpeg: Jpeg | null;
      readonly clear: ClearPicture | null;
      readonly facts: string;
    }
  | {
      readonly type: "engine-failed";
      readonly engine: EngineName;
      readonly category: string;
      readonly error: unknown;
    }
  /** No engine was left; `by`: those that may answer it, once they are up. */
  | { readonly type: "unanswered"; readonly by: readonly ModelName[] }
  | { readonly type: "refused"; readonly engine: EngineName }
  | { readonly type: "contradicted"; readonly engine: EngineName }
  | { readonly type: "truncated"; readonly engine: EngineName }
  | { readonly type: "usage"; readonly engine: EngineName; readonly usage: Usage }
  /** A piece of the answer was handed on. */
  | { readonly type: "token" }
  /** A fault of our own. */
  | { readonly type: "fault"; readonly error: unknown }
  | { readonly type: "outcome"; readonly outcome: Outcome };

/** Handed to everything that can wait. */
export interface TurnContext {
  readonly turnId: string;
  /** Aborted by barge-in, deadline, shutdown or a newer turn; its reason comes from `stopped`. */
  readonly signal: AbortSignal;
  /** Monotonic clock in milliseconds. */
  now(): number;
  mark(point: Mark): void;
  report(event: TurnEvent): void;
}
