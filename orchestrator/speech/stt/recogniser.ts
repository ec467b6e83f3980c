import type { SpeechPlace } from "../speech.ts";
import type { SpeechFault } from "../fault.ts";

/** Samples per second of all audio that recognisers are given. */
export const SAMPLE_RATE = 16_000;

/** What one stream to a service tells. Positions are samples since the stream's first. */
export interface RecognitionEvents {
  /** The service said something, whatever it was. */
  alive(): void;
  /** Words that may still change, since the last final. */
  interim(text: string, confidence: number | null): void;
  /** All that was said up to `endSample` and in no final before; an empty text means that nobody spoke. */
  final(text: string, confidence: number | null, endSample: number): void;
  /** The stream is over; nothing comes after it. Not called after `close`. */
  failed(fault: SpeechFault): void;
}

/** One stream of audio to a service. None of its methods throws. */
export interface Recognition {
  /** The next 16 kHz samples; they are not kept. */
  push(samples: Int16Array): void;
  /** The VAD says that somebody speaks; the sound began up to half a second ago. */
  speechStarted(): void;
  /** The VAD says that nobody speaks any more: everything so far is wanted as a final now. */
  speechEnded(): void;
  /** No audio has come for a few seconds, the microphone may be muted. */
  keepAlive(): void;
  close(): void;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly events: RecognitionEvents;
  /** The service failed before: open only when it is seen to work. */
  readonly verify: boolean;
}

/** A speech recognition service. */
export interface Recogniser {
  readonly place: SpeechPlace;
  /**
   * When silence of the service is a sign that it is stuck: it answers all audio, speech only, or
   * nothing before the end of speech (then the adapter itself watches over the answer).
   */
  readonly answers: "audio" | "speech" | "end";
  /**
   * Opens a stream.
   *
   * @throws {SpeechFault} or the signal's reason.
   */
  open(options: OpenOptions): Promise<Recognition>;
}

export interface RecogniserOptions {
  /** BCP 47. */
  readonly language: string;
}
