import type { VAD } from "@livekit/agents";
import type { Pcm } from "../../lib/pcm.ts";
import type { Ear, SpeechPlace } from "../../speech/speech.ts";
import type { CallEvent } from "../call-events.ts";
import type { Call } from "../call.ts";
import { createEars, type Ears } from "./ears.ts";
import { createListener, type Listener, type ListenerHandlers } from "./listener.ts";
import { createSilenceClock, HEARING_RATE } from "./silence-clock.ts";
import { createTappedVad, hearingMs } from "./tapped-vad.ts";

/** Silence that tells model and recogniser that a microphone which was switched off says no more. */
const MUTED_MS = 400;

/** How a call hears its caller: from the sound of the microphone to words, speech and silence. */
export interface Hearing
  extends
    Pick<Ears, "listen" | "place" | "heardBy" | "takeHeardBy">,
    Pick<Listener, "tick" | "speaking" | "busy" | "takeSpokeAtMs" | "forget" | "close">,
    Pick<Call, "hear" | "deafen" | "lagMs"> {
  /** Undefined: there is nothing that could be heard. */
  readonly vad: VAD | undefined;
  /** Monotonic instant at which speech ended last; now, when there was none. */
  endedAtMs(): number;
}

export function createHearing(options: {
  readonly ear: Ear | undefined;
  /** The call's name. */
  readonly call: string;
  /** Aborts when the call ends. */
  readonly signal: AbortSignal;
  /** Silence after which a turn is over, in milliseconds. */
  readonly endpointSilenceMs: number;
  readonly handlers: ListenerHandlers;
  readonly emit: (event: CallEvent) => void;
  readonly onPlace: (place: SpeechPlace | null) => void;
  /** The caller's microphone gave sound, or was switched off, which gives silence: model and recogniser are to have it. */
  readonly onSound: (audio: Pcm) => void;
}): Hearing {
  const { ear, signal, emit, onSound } = options;
  const clock = createSilenceClock();
  const listener = createListener({
    clock,
    endpointSilenceMs: options.endpointSilenceMs,
    now: () => performance.now(),
    handlers: options.handlers,
  });
  const ears = createEars({
    ear,
    call: options.call,
    signal,
    speaking: () => listener.speaking(),
    onHeard(heard, segment) {
      const text = heard.text.trim();
      if (text !== "") emit({ type: "heard", segment, text, final: heard.type === "final" });
      listener.onHeard(heard);
    },
    onPlace: options.onPlace,
  });

  const hear = (audio: Pcm): void => {
    if (signal.aborted || !ear) return;
    clock.push(audio.samples, performance.now(), listener.speaking());
    onSound(audio);
    listener.tick();
  };

  return {
    ...ears,
    ...listener,
    vad: ear && createTappedVad(listener.vad),
    hear,
    deafen() {
      if (signal.aborted || !ear) return;
      hear({ samples: new Int16Array((MUTED_MS * HEARING_RATE) / 1000), sampleRate: HEARING_RATE });
      clock.deafen();
      listener.tick();
    },
    lagMs: () => Math.max(0, hearingMs(clock.received() - listener.judged())),
    endedAtMs: () => clock.lastLoudAtMs() ?? performance.now(),
  };
}
