import type { Logger } from "../log.ts";
import type { Camera, Gate } from "../turn/ports.ts";
import type { Frame, FrameSource } from "../turn/turn.ts";
import { frameFromRaw, type RawFrame } from "./raw.ts";
import { createSteadyGate } from "./steady-gate.ts";

export interface RingOptions {
  /** A gate for this stream alone. */
  readonly gate: Gate;
  /** Monotonic clock. Default: `performance.now`. */
  readonly now?: () => number;
  readonly log?: Logger;
  /** Makes a frame of what a camera delivers. Default: `frameFromRaw`. */
  readonly toFrame?: (raw: RawFrame) => Promise<Frame>;
}

/** Who sends a stream; frames of another track or participant are another stream. */
export interface Origin {
  readonly participant: string;
  readonly track: string;
}

/** The last two seconds of a call's camera and screen share, judged as they arrive. */
export interface FrameRing extends Camera {
  /** What the detector said of a frame, in the light of the frames before it. */
  readonly gate: Gate;
  isJudged(frame: Frame): boolean;
  /** Whether a frame is one of the track that its source shows now, however old. */
  isCurrent(frame: Frame): boolean;
  /**
   * Takes a frame or drops it: always at once, so that a sender's queue can be drained. Kept are at
   * most as many per second as wanted. A change of track, participant or rotation clears the source.
   */
  offer(raw: RawFrame, origin: Origin): void;
  isOn(source: FrameSource): boolean;
  /** The source is on, though no frame has come yet. */
  start(source: FrameSource): void;
  /** The source is muted, unpublished or gone: its frames are forgotten at once. */
  stop(source: FrameSource): void;
  /** Frames per second that are kept. Default: 2; 5 while the user speaks. */
  setRate(framesPerSecond: number): void;
  /** Stops every source. */
  close(): void;
}

const MAX_FRAMES = 8;
const KEEP_MS = 2000;
const DEFAULT_RATE = 2;
/** Cameras do not keep time: a frame that comes a little early still is the one that was wanted. */
const EARLY = 0.9;
/** A frame older than this is not what a waiting turn waits for. */
const FRESH_MS = 1000;

/** One uninterrupted stream of a source: from its start, or a change, to the next. */
interface Epoch {
  readonly origin: string | undefined;
  readonly ended: AbortController;
  readonly judge: Gate;
  readonly frames: Frame[];
  /** All that it ever had. */
  readonly members: WeakSet<Frame>;
  takenAtMs: number;
}

interface Waiter {
  readonly afterMs: number;
  readonly resolve: (frame: Frame | undefined) => void;
}

/** Creates the ring of one call. Nothing in it is shared with another call. */
export function createFrameRing(options: RingOptions): FrameRing {
  const now = options.now ?? (() => performance.now());
  const toFrame = options.toFrame ?? frameFromRaw;
  const epochs = new Map<FrameSource, Epoch>();
  const waiters = new Set<Waiter>();
  /** Sources with a frame in the making: one at a time, whatever changes meanwhile. */
  const busy = new Set<FrameSource>();
  const steady = createSteadyGate(options.gate);
  let intervalMs = 1000 / DEFAULT_RATE;

  const begin = (source: FrameSource, origin: string | undefined): Epoch => {
    end(source);
    const epoch: Epoch = {
      origin,
      ended: new AbortController(),
      judge: steady.newStream(),
      frames: [],
      members: new WeakSet(),
      takenAtMs: -Infinity,
    };
    epochs.set(source, epoch);
    return epoch;
  };

  const end = (source: FrameSource): void => {
    const epoch = epochs.get(source);
    epochs.delete(source);
    epoch?.frames.splice(0);
    epoch?.ended.abort();
  };

  const stop = (source: FrameSource): void => {
    end(source);
    if (epochs.size === 0) for (const waiter of waiters) waiter.resolve(undefined);
  };

  const take = async (raw: RawFrame, epoch: Epoch): Promise<void> => {
    epoch.takenAtMs = raw.capturedAtMs;
    busy.add(raw.source);
    try {
      const frame = await toFrame(raw);
      if (epoch.ended.signal.aborted) return;
      epoch.frames.push(frame);
      epoch.members.add(frame);
      if (epoch.frames.length > MAX_FRAMES) epoch.frames.shift();
      void epoch.judge(frame, epoch.ended.signal);
      for (const waiter of waiters) if (frame.capturedAtMs > waiter.afterMs) waiter.resolve(frame);
    } catch (error) {
      options.log?.warn(
        { source: raw.source, fault: error instanceof Error ? error.name : "unknown" },
        "frame dropped",
      );
    } finally {
      busy.delete(raw.source);
    }
  };

  const recent = (source: FrameSource | "any"): readonly Frame[] => {
    const since = now() - KEEP_MS;
    return [...epochs]
      .filter(([name]) => source === "any" || source === name)
      .flatMap(([, { frames }]) => frames.filter(({ capturedAtMs }) => capturedAtMs >= since))
      .sort((a, b) => a.capturedAtMs - b.capturedAtMs);
  };

  return {
    gate: steady.gate,
    isJudged: (frame) => steady.isJudged(frame),
    isCurrent: (frame) => epochs.get(frame.source)?.members.has(frame) ?? false,
    recent,
    isOn: (source) => epochs.has(source),
    offer(raw, { participant, track }) {
      const origin = JSON.stringify([participant, track, raw.rotation]);
      const known = epochs.get(raw.source);
      const epoch = known?.origin === origin ? known : begin(raw.source, origin);
      const dueAtMs = epoch.takenAtMs + intervalMs * EARLY;
      if (!busy.has(raw.source) && raw.capturedAtMs >= dueAtMs) void take(raw, epoch);
    },
    start(source) {
      if (!epochs.has(source)) begin(source, undefined);
    },
    stop,
    setRate(framesPerSecond) {
      intervalMs = 1000 / framesPerSecond;
    },
    next(afterMs, signal) {
      const atHand = recent("any").findLast(
        ({ capturedAtMs }) => capturedAtMs > afterMs && now() - capturedAtMs <= FRESH_MS,
      );
      if (atHand || epochs.size === 0 || signal.aborted)
        return Promise.resolve(signal.aborted ? undefined : atHand);
      return new Promise((resolve) => {
        const settle = (frame: Frame | undefined): void => {
          waiters.delete(waiter);
          signal.removeEventListener("abort", abort);
          resolve(frame);
        };
        const abort = (): void => settle(undefined);
        const waiter: Waiter = { afterMs, resolve: settle };
        waiters.add(waiter);
        signal.addEventListener("abort", abort, { once: true });
      });
    },
    close() {
      for (const source of epochs.keys()) stop(source);
    },
  };
}
