import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  TrackPublishOptions,
  TrackSource,
  type Room,
} from "@livekit/rtc-node";
import { muteTrack } from "./mute.ts";
import { createRandom } from "../speech/degrade.ts";
import { SPEECH_RATE } from "../speech/synthesise.ts";

/** When something that was queued went out. Instants of `performance.now`. */
export interface Sent {
  readonly firstSampleAtMs: number;
  readonly lastSampleAtMs: number;
}

/** A microphone in real time: what is queued, else silence with a little noise. */
export interface Microphone {
  /** Queues 16 kHz samples; resolves when the last of them has gone out. */
  push(samples: Int16Array): Promise<Sent>;
  /** Adds sound to whatever goes out, from now on: an echo, a television. */
  mix(samples: Int16Array): void;
  /** Drops what is queued. */
  hush(): void;
  mute(muted: boolean): void;
  close(): Promise<void>;
}

export interface MicrophoneOptions {
  /** Noise floor in dBFS. Default: −62, a quiet room. */
  readonly noiseDb?: number;
  /**
   * Sound handed over so much ahead, so that a busy machine drops none of it; the instants stay those
   * at which it goes out, but to some milliseconds. Default: 0, as exact as the timer.
   */
  readonly bufferMs?: number;
}

const FRAME = SPEECH_RATE / 100;
const FRAME_MS = 10;
/** A loop that was later than that lets the time go. */
const CATCH_UP_MS = 200;

interface Queued {
  readonly samples: Int16Array;
  at: number;
  firstSampleAtMs: number;
  readonly sent: (sent: Sent) => void;
}

/** Publishes a microphone track and keeps it going, 10 ms at a time. */
export async function publishMicrophone(room: Room, options: MicrophoneOptions = {}): Promise<Microphone> {
  const { bufferMs = 0 } = options;
  const source = new AudioSource(SPEECH_RATE, 1, bufferMs === 0 ? 0 : 1000);
  const track = LocalAudioTrack.createAudioTrack("microphone", source);
  const publish = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE, dtx: false, red: false });
  await room.localParticipant?.publishTrack(track, publish);
  const noise = 32_768 * Math.sqrt(3) * 10 ** ((options.noiseDb ?? -62) / 20);
  const random = createRandom(3);
  const queue: Queued[] = [];
  const mixed: number[] = [];
  let startedAtMs = performance.now();
  let sent = 0;

  const nextFrame = (): Int16Array => {
    const frame = new Int16Array(FRAME);
    const now = bufferMs === 0 ? performance.now() : startedAtMs + (sent + 1) * FRAME_MS;
    for (let at = 0; at < FRAME; at++) {
      const first = queue[0];
      const sampleAtMs = now - ((FRAME - at) * 1000) / SPEECH_RATE;
      let value = 0;
      if (first) {
        if (first.at === 0) first.firstSampleAtMs = sampleAtMs;
        value = first.samples[first.at] ?? 0;
        first.at += 1;
        if (first.at >= first.samples.length) {
          queue.shift();
          first.sent({ firstSampleAtMs: first.firstSampleAtMs, lastSampleAtMs: sampleAtMs });
        }
      }
      frame[at] = Math.max(
        -32_768,
        Math.min(32_767, Math.round(value + (mixed.shift() ?? 0) + (2 * random() - 1) * noise)),
      );
    }
    return frame;
  };

  let closed = false;
  const pump = (): void => {
    if (closed) return;
    const elapsedMs = performance.now() - startedAtMs;
    const sentMs = sent * FRAME_MS;
    if (bufferMs > 0 && elapsedMs > sentMs) startedAtMs += elapsedMs - sentMs;
    else if (elapsedMs - sentMs > CATCH_UP_MS) sent = Math.floor((elapsedMs - CATCH_UP_MS) / FRAME_MS);
    const due = Math.floor((performance.now() - startedAtMs + bufferMs) / FRAME_MS);
    for (; sent < due; sent += 1) {
      const frame = new AudioFrame(nextFrame(), SPEECH_RATE, 1, FRAME);
      source.captureFrame(frame).catch(() => {});
    }
  };
  const timer = setInterval(pump, FRAME_MS / 2);

  return {
    push: (samples) =>
      new Promise((resolve) => {
        queue.push({ samples, at: 0, firstSampleAtMs: 0, sent: resolve });
      }),
    mix: (samples) => void mixed.push(...samples),
    hush() {
      queue.length = 0;
    },
    mute: (muted) => muteTrack(track, muted),
    async close() {
      closed = true;
      clearInterval(timer);
      await track.close();
    },
  };
}
