import { durationMs, type Pcm } from "../../../orchestrator/lib/pcm.ts";
import type { Speaker } from "../../../orchestrator/session/call.ts";

/** A stretch of sound, and when it was really played. */
export interface Played {
  readonly atMs: number;
  readonly samples: Int16Array;
}

/** A loudspeaker that plays in real time and remembers what was played. */
export interface FakeSpeaker extends Speaker {
  /** All that has been played until now, cut to the sample. */
  played(): readonly Played[];
  /** Monotonic instant of the first sample played since; undefined when none was. */
  firstAtMs(sinceMs: number): number | undefined;
  /** Monotonic instant at which the last sample so far was played. */
  lastAtMs(): number;
}

/** Takes as much as a transport would queue. */
const ROOM_MS = 100;

export function createFakeSpeaker(sampleRate = 16_000): FakeSpeaker {
  let queue: { atMs: number; audio: Pcm }[] = [];
  const done: Played[] = [];
  let endsAtMs = 0;
  const settle = (): void => {
    const now = performance.now();
    while (queue[0] && queue[0].atMs + durationMs(queue[0].audio) <= now) {
      const { atMs, audio } = queue.shift()!;
      done.push({ atMs, samples: audio.samples });
    }
  };
  const playing = (): readonly Played[] => {
    settle();
    const now = performance.now();
    return queue
      .filter(({ atMs }) => atMs < now)
      .map(({ atMs, audio }) => ({
        atMs,
        samples: audio.samples.slice(0, Math.round(((now - atMs) * sampleRate) / 1000)),
      }));
  };
  const played = (): readonly Played[] => {
    const now = playing();
    return [...done, ...now];
  };
  const queuedMs = (): number => Math.max(0, endsAtMs - performance.now());
  return {
    sampleRate,
    async write(audio) {
      const atMs = Math.max(performance.now(), endsAtMs);
      queue.push({ atMs, audio });
      endsAtMs = atMs + durationMs(audio);
      const waitMs = queuedMs() - ROOM_MS;
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    },
    queuedMs,
    clear() {
      const now = playing();
      const queued = queue.reduce((sum, { audio }) => sum + audio.samples.length, 0);
      const heard = now.reduce((sum, { samples }) => sum + samples.length, 0);
      done.push(...now);
      queue = [];
      endsAtMs = 0;
      return ((queued - heard) / sampleRate) * 1000;
    },
    played,
    lastAtMs() {
      const last = played().at(-1);
      return last ? last.atMs + (last.samples.length / sampleRate) * 1000 : 0;
    },
    firstAtMs: (sinceMs) => played().find(({ atMs }) => atMs >= sinceMs)?.atMs,
  };
}
