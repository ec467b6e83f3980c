import type { QualityHint, RouteReason } from "../turn/turn.ts";

// What a call tells its transport, and what a caller's device may ask of it besides audio. All of it
// is plain JSON: the LiveKit transport sends events as data messages of topic `sightline.event`, and
// takes requests of topic `sightline.request`.

export type CallState = "listening" | "thinking" | "speaking";

/** What spoils the camera's picture, in the coach's words. `cut-off`: what is shown stands half outside. */
export type CoachHint = QualityHint | "cut-off";

/** Milliseconds of one answered turn, for the latency strip. Null: did not happen. */
export interface TurnTimes {
  /** Last speech sample to the end of the strict silence. */
  readonly silenceMs: number | null;
  /** Question to route: frame, verdict and decision. */
  readonly routeMs: number | null;
  /** Request to first token. */
  readonly ttftMs: number | null;
  /** Last speech sample (or the typed question) to first audio handed to the transport. */
  readonly firstAudioMs: number | null;
}

export type CallEvent =
  | { readonly type: "state"; readonly state: CallState }
  /** The caller's words; `segment` names the utterance, a later event with its name replaces the text. */
  | {
      readonly type: "heard";
      readonly segment: string;
      readonly text: string;
      readonly final: boolean;
    }
  /** More of an answer's text, as it is generated; never of an answer that nobody will hear. */
  | { readonly type: "caption"; readonly turn: string; readonly text: string }
  /** More of an answer's text, as its sound is played. */
  | { readonly type: "spoken"; readonly turn: string; readonly text: string }
  /** The answer is over; `text` is all that was heard (read, when there is no voice). */
  | {
      readonly type: "answer-end";
      readonly turn: string;
      readonly text: string;
      readonly interrupted: boolean;
    }
  | {
      readonly type: "turn";
      readonly turn: string;
      readonly engine: string;
      readonly reason: RouteReason | "command" | "notice";
      readonly times: TurnTimes;
    }
  /** What the caller should change about the picture; null when it is well again. */
  | { readonly type: "hint"; readonly hint: CoachHint | null; readonly text: string }
  /** Speech services of this call. `ear` null: typed questions only. `voice` null: the device speaks captions itself. */
  | { readonly type: "speech"; readonly ear: string | null; readonly voice: string | null }
  /** Speech rate; 1 is the voice's own. `by`: the persona's, which every call begins with, or one that the caller wanted. */
  | { readonly type: "rate"; readonly rate: number; readonly by: "persona" | "caller" }
  /** "Just the text" is on: answers are captions only. */
  | { readonly type: "text-only"; readonly on: boolean }
  | { readonly type: "ended"; readonly reason: CallEnd };

/** Why a call ended. */
export type CallEnd = "hung-up" | "left" | "lost" | "removed" | "shutdown" | "failed" | "taken-over";

/** Commands that need no model. */
export type LocalCommand =
  | "stop"
  | "hang-up"
  | "repeat"
  | "slower"
  | "faster"
  | "shorter"
  | "more"
  | "spell"
  | "just-text"
  | "ledger";

/** What a caller's device may ask for besides speaking. */
export type CallRequest =
  | { readonly type: "ask"; readonly text: string }
  | { readonly type: "command"; readonly command: LocalCommand }
  /** Speech rate, 0.5–2. */
  | { readonly type: "rate"; readonly rate: number };
