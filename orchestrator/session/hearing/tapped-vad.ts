import { inference, type VADEvent, VADEventType, type VADStream } from "@livekit/agents";
import type { AudioFrame } from "@livekit/rtc-node";
import { type ReadableStream, TransformStream } from "node:stream/web";
import { type Backlog, createBacklog } from "./backlog.ts";
import { HEARING_RATE } from "./silence-clock.ts";

/** Shorter silence than an endpoint needs; at 150 the end of speech is known early. */
const MIN_SILENCE_MS = 150;
/** Two windows of the model: speech is known after 40 to 100 ms. */
const MIN_SPEECH_MS = 50;
/** Below this probability a window is no speech, as the model's own hysteresis has it. */
const SPEECH_PROBABILITY = 0.35;

export interface VadListener {
  onStart(): void;
  /** @param speechMs how long it was */
  onEnd(speechMs: number): void;
  /** A window was judged; `samples` is how many have been judged in all. */
  onWindow(speech: boolean, samples: number): void;
}

/** The voice activity detector of one call, whose events are also told to a listener. */
export function createTappedVad(listener: VadListener): inference.VAD {
  return new TappedVad(listener);
}

class TappedVad extends inference.VAD {
  readonly #listener: VadListener;

  constructor(listener: VadListener) {
    super({ minSilenceDuration: MIN_SILENCE_MS, minSpeechDuration: MIN_SPEECH_MS, maxBufferedSpeech: 1000 });
    this.#listener = listener;
  }

  override stream(): VADStream {
    const stream = super.stream();
    const backlog = createBacklog(HEARING_RATE);
    const read = stream.updateInputStream.bind(stream);
    stream.updateInputStream = (audio) => read(spared(audio, backlog));
    const next = stream.next.bind(stream);
    stream.next = async () => {
      const item = await next();
      if (!item.done) this.#tell(item.value, backlog);
      return item;
    };
    return stream;
  }

  #tell(event: VADEvent, backlog: Backlog): void {
    if (event.type === VADEventType.START_OF_SPEECH) this.#listener.onStart();
    else if (event.type === VADEventType.END_OF_SPEECH) this.#listener.onEnd(event.speechDuration);
    else this.#listener.onWindow(event.probability > SPEECH_PROBABILITY, backlog.judged(event.samplesIndex));
  }
}

/** The audio, less what a model that cannot keep up is spared. */
function spared(audio: ReadableStream<AudioFrame>, backlog: Backlog): ReadableStream<AudioFrame> {
  return audio.pipeThrough(
    new TransformStream<AudioFrame, AudioFrame>({
      transform(frame, controller) {
        if (backlog.give(frame.samplesPerChannel)) controller.enqueue(frame);
      },
    }),
  );
}

/** Milliseconds of samples at the rate that the model hears. */
export function hearingMs(samples: number): number {
  return (samples / HEARING_RATE) * 1000;
}
