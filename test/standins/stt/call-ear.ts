import { setTimeout as wait } from "node:timers/promises";
import type { Ear, Heard, SpeechPlace } from "../../../orchestrator/speech/speech.ts";
import type { Pcm } from "../../../orchestrator/lib/pcm.ts";
import { joinSamples } from "../../../orchestrator/lib/samples.ts";

export interface HeardCall {
  readonly finals: readonly string[];
  /** All finals, joined. */
  readonly text: string;
  readonly events: readonly (Heard & { readonly atMs: number })[];
  readonly places: readonly (string | null)[];
  /** When the last final came, counted from the last loud sample; negative when it came before. */
  readonly lastFinalAfterMs: number;
  /** What a busy machine may have added to any time: twice the most that a frame of audio was late. */
  readonly lagMs: number;
}

export interface CallOptions {
  /** Called with the milliseconds of audio that were said. */
  readonly onAudio?: (saidMs: number) => void;
  readonly signal?: AbortSignal;
  /** Delay of the VAD at the begin and at the end of speech. Default: 60, 200. */
  readonly vadMs?: readonly [number, number];
  /** No audio comes from … to …, in milliseconds of the audio; it waits that long in real time. */
  readonly mute?: { readonly atMs: number; readonly forMs: number };
}

const LOUD = 500;
const FRAME = 320;
const FRAME_MS = 20;

/** Speaks samples into an ear in real time, with a VAD that goes by loudness. */
export async function callEar(ear: Ear, samples: Int16Array, options: CallOptions = {}): Promise<HeardCall> {
  const { vadMs = [60, 200], signal = new AbortController().signal, mute } = options;
  const events: (Heard & { atMs: number })[] = [];
  const places: (string | null)[] = [];
  const loudMs = loudFrames(samples);
  let said = 0;
  const startedAtMs = performance.now();
  let mutedMs = 0;
  let lateMs = 0;

  const speaking = (): boolean => {
    const recent = loudMs.filter((atMs) => atMs < said / 16 && atMs >= said / 16 - vadMs[1]);
    return recent.length * FRAME_MS >= Math.min(vadMs[0], 60);
  };
  async function* audio(): AsyncGenerator<Pcm> {
    for (let offset = 0; offset < samples.length; offset += FRAME) {
      if (mute !== undefined && mutedMs === 0 && offset / 16 >= mute.atMs) {
        mutedMs = mute.forMs;
        await wait(mute.forMs);
      }
      const dueMs = startedAtMs + mutedMs + (offset + FRAME) / 16;
      if (dueMs > performance.now()) await wait(dueMs - performance.now());
      lateMs = Math.max(lateMs, performance.now() - dueMs);
      said = Math.min(samples.length, offset + FRAME);
      options.onAudio?.(said / 16);
      yield { samples: samples.slice(offset, offset + FRAME), sampleRate: 16_000 };
    }
  }
  const listening = ear.listen(audio(), {
    signal,
    speaking,
    onPlace: (place: SpeechPlace | null) => places.push(place?.name ?? null),
  });
  for await (const heard of listening) events.push({ ...heard, atMs: performance.now() - startedAtMs });
  const finals = events.filter(({ type }) => type === "final");
  return {
    finals: finals.map(({ text }) => text),
    text: finals.map(({ text }) => text).join(" "),
    events,
    places,
    lagMs: 2 * lateMs,
    lastFinalAfterMs: (finals.at(-1)?.atMs ?? Infinity) - mutedMs - ((loudMs.at(-1) ?? 0) + FRAME_MS),
  };
}

/** Where loud frames begin, in milliseconds. */
function loudFrames(samples: Int16Array): readonly number[] {
  const found: number[] = [];
  for (let offset = 0; offset < samples.length; offset += FRAME)
    if (samples.subarray(offset, offset + FRAME).some((sample) => Math.abs(sample) > LOUD))
      found.push(offset / 16);
  return found;
}

/** Pieces of audio, one after the other; a number is silence of that many milliseconds. */
export function audioOf(...pieces: readonly (Int16Array | number)[]): Int16Array {
  return joinSamples(pieces.map((piece) => (typeof piece === "number" ? new Int16Array(piece * 16) : piece)));
}
