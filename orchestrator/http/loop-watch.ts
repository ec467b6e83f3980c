/** Watches whether this process answers in time. */
export interface LoopWatch {
  /** Whether the event loop stood still for a second, to a twentieth, within the last five. */
  isStalled(): boolean;
  close(): void;
}

const STALLED_MS = 1000;
const REMEMBERED_MS = 5000;
/** Not by `monitorEventLoopDelay`: it misses what begins within its resolution after a `reset`. */
const TICK_MS = 50;

export function watchLoop(): LoopWatch {
  let tickedAtMs = performance.now();
  let stalledAtMs = -Infinity;
  const look = (nowMs: number): void => {
    if (nowMs - tickedAtMs > STALLED_MS) stalledAtMs = nowMs;
  };
  const ticking = setInterval(() => {
    const nowMs = performance.now();
    look(nowMs);
    tickedAtMs = nowMs;
  }, TICK_MS);
  ticking.unref();
  return {
    isStalled() {
      const nowMs = performance.now();
      look(nowMs);
      return nowMs - stalledAtMs <= REMEMBERED_MS;
    },
    close: () => clearInterval(ticking),
  };
}
