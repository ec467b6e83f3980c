import type { Pcm } from "../lib/pcm.ts";
import type { PastTurn } from "../turn/turn.ts";
import type { FrameRing } from "../vision/ring.ts";
import type { CallEnd, CallEvent, CallRequest } from "./call-events.ts";

/** The way of a call's sound to the caller's ear: a transport's queue of audio. */
export interface Speaker {
  /** Samples per second that it takes. */
  readonly sampleRate: number;
  /** Queues samples; resolves when the queue has room again, so that whoever writes is paced by the ear. */
  write(audio: Pcm): Promise<void>;
  /** Milliseconds that are queued and not played yet. */
  queuedMs(): number;
  /** Drops what is queued, at once; returns how many milliseconds of it will not be played. */
  clear(): number;
}

export interface CallOptions {
  /** Names the conversation; the same again after a crash. */
  readonly id: string;
  /** Who calls, for the ledger: the transport's verified identity. */
  readonly caller: string;
  readonly transport: "livekit" | "terminal";
  readonly speaker: Speaker;
  readonly onEvent: (event: CallEvent) => void;
  /** The call has another history: a turn has entered it, or a shorter one is kept from now on. Never after its end. */
  readonly onHistory?: (history: readonly PastTurn[]) => void;
  /**
   * The call goes on: its past. After a crash one honest sentence says so; a caller who `returned` by
   * themselves is only greeted.
   */
  readonly resumed?: { readonly history: readonly PastTurn[]; readonly returned?: boolean };
}

/** One conversation: hears, sees, answers. It knows nothing of rooms, sockets or lines. */
export interface Call {
  readonly id: string;
  /** The caller's camera and screen share; the transport offers frames to it. */
  readonly frames: FrameRing;
  /** The caller's microphone: 16 kHz mono, 10 or 20 ms at a time, as it arrives. */
  hear(audio: Pcm): void;
  /** The microphone is muted or gone: what was half said is over. */
  deafen(): void;
  request(request: CallRequest): void;
  /** How far the VAD is behind the audio it was given, in milliseconds: what runs out first under load. */
  lagMs(): number;
  /** Tells the caller, in a quiet moment, that the call has to end in a few minutes. */
  announceEnd(): Promise<void>;
  /** Finishes the sentence that is being spoken, then ends with `shutdown`. */
  drain(): Promise<void>;
  end(reason: CallEnd): Promise<void>;
  /** Resolves when the call is over and everything of it is released. */
  readonly ended: Promise<CallEnd>;
}
