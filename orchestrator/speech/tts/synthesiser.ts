import type { Pcm } from "../../lib/pcm.ts";
import type { SpeechPlace } from "../speech.ts";

/** Sound as a service delivers it. */
export interface Part {
  readonly audio: Pcm;
  /**
   * What the service says of the times of its words: the first `chars` characters of the text have
   * sounded `atMs` after the text's own audio began. Ascending.
   */
  readonly reached?: readonly Reached[];
}

export interface Reached {
  readonly chars: number;
  readonly atMs: number;
}

/** How a speech is to sound. */
export interface SpeechStyle {
  /** 1 is the voice's own, 0.5–2. */
  readonly rate: number;
  /** BCP 47. */
  readonly language: string;
}

/** One speech at one service: several texts, one after the other. */
export interface Utterance {
  /** The rate that the service gives by itself; what is left is done by stretching. */
  readonly rate: number;
  /**
   * Says a text. Ends when its sound is complete; an abort cancels it upstream.
   *
   * @throws {SpeechFault} or the signal's reason
   */
  say(text: string, signal: AbortSignal): AsyncIterable<Part>;
  /** The speech is over, said to its end or not. */
  close(): void;
}

/** A voice service behind one interface. */
export interface Synthesiser {
  readonly place: SpeechPlace;
  open(style: SpeechStyle): Utterance;
  /** Opens what can be opened ahead of the first word. */
  warm(): void;
  close(): Promise<void>;
}
