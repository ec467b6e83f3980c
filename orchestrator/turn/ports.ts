import type { ClearPicture } from "./clear-picture.ts";
import type {
  Frame,
  FrameSource,
  Jpeg,
  PastTurn,
  Prompt,
  Sighting,
  TurnContext,
  Usage,
  Verdict,
} from "./turn.ts";

/** The pictures of a call: a camera track, a screen share, or one photo. */
export interface Camera {
  /** Recent frames of a source, oldest first; never one from before a mute or a track change. */
  recent(source: FrameSource | "any"): readonly Frame[];
  /** The next frame captured after `afterMs`; undefined when the camera is off or the signal aborts. */
  next(afterMs: number, signal: AbortSignal): Promise<Frame | undefined>;
  /** Whether the gate's word about a frame is there already. Default: it is not known of any. */
  isJudged?(frame: Frame): boolean;
}

/**
 * Judges the frame's gated bytes. Never throws and never answers `clear` on a fault: a gate that is
 * late, gone or broken answers `unknown`. Judging the same frame again returns the same promise.
 */
export type Gate = (frame: Frame, signal: AbortSignal) => Promise<Verdict>;

export type EngineEvent =
  | { readonly type: "text-delta"; readonly text: string }
  /** The model declined through the protocol's own refusal field. */
  | { readonly type: "refusal-delta"; readonly text: string }
  /** The stream is complete and valid. `length`: cut at the token limit. */
  | {
      readonly type: "finish";
      readonly reason: "stop" | "length" | "refusal" | "content-filter";
      readonly usage: Usage;
    };

/** A model server, or the embedded describer. `Picture` is all that it may ever see of a frame. */
export interface Engine<Picture> {
  /** False while its breaker is open: asking would only waste the user's time. */
  available(): boolean;
  /**
   * Streams one answer and ends with exactly one `finish`. Marks nothing; aborts upstream when
   * `ctx.signal` does.
   *
   * @throws {EngineError} for every fault of the server, the network or the stream.
   */
  answer(prompt: Prompt<Picture>, ctx: TurnContext): AsyncIterable<EngineEvent>;
  /**
   * Has the engine compute a prompt's prefix ahead of its question, behind all questions; true once it
   * is warm, false when that would be of no use. Absent: it never is.
   *
   * @throws {EngineError} for a fault, which says nothing about the engine: `engine-queue` when it has
   * others to serve; the signal's reason after an abort.
   */
  prefill?(
    prompt: Prompt<Picture>,
    signal: AbortSignal,
    options?: {
      /**
       * Nobody waits for it: it comes after every answer, and gives way to any other prefill. Of several
       * conversations, the one with the fewest tokens left to compute, these included, goes first.
       */
      readonly background?: { readonly leftTokens: number } | undefined;
    },
  ): Promise<boolean>;
  /** How it stands. Absent: nothing is known of it. */
  state?(): EngineState;
  /**
   * Resolves once it gives a token again. Absent: nobody can tell.
   *
   * @throws the signal's reason when it aborts first
   */
  back?(signal: AbortSignal): Promise<void>;
  /** A conversation is over: nothing need be remembered of it. */
  forget?(conversationId: string): void;
}

/** How an engine stands, as far as this process knows. */
export interface EngineState {
  /** False: a prefill is under way, or questions wait for their first token, and one more would be in their way. */
  readonly hasRoom: boolean;
  /** Milliseconds since it last worked for this process; 0 while it does. */
  readonly idleMs: number;
  /** Pictures of one prompt that it takes, as it has said; undefined: it has not. */
  readonly mostPictures: number | undefined;
}

/** What the core asks of the world. An engine that is not configured is absent. */
export interface Ports {
  readonly camera: Camera;
  readonly gate: Gate;
  readonly local: Engine<Jpeg> | undefined;
  readonly cloud: Engine<ClearPicture> | undefined;
  readonly describer: Engine<Sighting>;
  /** The frame of the present track whose prefix the local engine has computed behind this history. */
  warm?(history: readonly PastTurn[]): Frame | undefined;
}
