import type { EngineName, FrameNeed, Outcome, RouteReason } from "../turn/turn.ts";

/** A typed question of one caller. */
export interface AskedQuestion {
  readonly caller: string;
  readonly question: string;
  /** An encoded picture of any size that the API lets in; undefined: none was sent. */
  readonly picture: AskedPicture | undefined;
}

export interface AskedPicture {
  readonly bytes: Uint8Array;
  /** `photo`: a file that the user chose, larger than what a program may send. */
  readonly kind: "photo" | "upload";
}

/** What an answer is made of, in the order in which it comes; each is a server-sent event of its type's name. */
export type AskEvent =
  | { readonly type: "need"; readonly need: Pick<FrameNeed, "value" | "reason"> }
  | { readonly type: "route"; readonly engine: EngineName | "none"; readonly reason: RouteReason }
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "end";
      readonly turn: string;
      readonly outcome: Outcome;
      readonly engine: EngineName | "none";
      readonly ttftMs: number | null;
      readonly totalMs: number;
    };

/**
 * Answers one question in its caller's own conversation. Resolves after `end`; an abort ends it early.
 *
 * @throws {InputError} before the first event, when the picture cannot be used.
 */
export type Ask = (
  question: AskedQuestion,
  signal: AbortSignal,
  onEvent: (event: AskEvent) => void,
) => Promise<void>;
