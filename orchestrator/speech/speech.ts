import type { Pcm } from "../lib/pcm.ts";

/** What a recogniser says of the audio so far. A `final` is never revised. */
export interface Heard {
  readonly type: "interim" | "final";
  readonly text: string;
  /** 0–1; null when the service gives none. */
  readonly confidence: number | null;
}

/** Where something is computed, for the ledger: which service, and the host it runs on. */
export interface SpeechPlace {
  readonly name: string;
  /** `this machine`, or the host name of the service. */
  readonly host: string;
}

export interface ListenContext {
  /** Aborts when the call ends. */
  readonly signal: AbortSignal;
  /** The VAD's word: somebody is speaking now, so the service should be answering. */
  speaking(): boolean;
  /** Which service gets the audio of this call from now on; null: none can be reached. */
  onPlace?(place: SpeechPlace | null): void;
}

/** Speech to text for calls: the services of the configuration in order, supervised. */
export interface Ear {
  /** Which service a call would be heard by now; null while none can. */
  place(): SpeechPlace | null;
  /**
   * Transcribes 16 kHz audio as it comes, until `audio` ends or the signal aborts. Never throws: a
   * service that fails is replaced, and what it has not transcribed yet is said to its successor.
   */
  listen(audio: AsyncIterable<Pcm>, ctx: ListenContext): AsyncIterable<Heard>;
}

/** Sound of a speech, and which words it holds. */
export type Spoken =
  | { readonly type: "audio"; readonly audio: Pcm }
  /**
   * `text` sounds from `startMs` to `endMs` of this speech (its audio counted from 0). Words come in
   * order, no later than the audio that ends them; all of them, joined, are the text that was given.
   */
  | { readonly type: "words"; readonly text: string; readonly startMs: number; readonly endMs: number };

export interface SpeakContext {
  /** Aborts at a barge-in: what is being synthesised is cancelled upstream too. */
  readonly signal: AbortSignal;
  /** Speech rate: 1 is the voice's own, 0.5–2. */
  readonly rate: number;
  /** BCP 47. */
  readonly language: string;
  /** Which service speaks, as soon as its first audio is there. */
  onPlace?(place: SpeechPlace): void;
  /** Which service is given words, whether or not it ever says them. */
  onSent?(place: SpeechPlace): void;
}

/** Text to speech for a call: the services of the configuration in order, supervised. */
export interface Voice {
  /** Which service would be given the words of a speech that begins now. */
  place(): SpeechPlace | null;
  /**
   * Speaks the text as it comes, at one sample rate for the whole speech. Never throws: a service that
   * fails is replaced at once and its unspoken text is said by the next one, exactly once. When none is
   * left the speech ends early.
   */
  speak(text: AsyncIterable<string>, ctx: SpeakContext): AsyncIterable<Spoken>;
  /** Opens what can be opened ahead of the first word, at the service that would be given it. */
  warm(): void;
  close(): Promise<void>;
}
