import { monitorEventLoopDelay } from "node:perf_hooks";

/** Watches whether this process answers in time. */
export interface LoopWatch {
  /** Whether the event loop stood still for longer than a second within the last five. */
  isStalled(): boolean;
  close(): void;
}

const STALLED_MS = 1000;
const SLICE_MS = 1000;
const SLICES = 5;

export function watchLoop(): LoopWatch {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const worst: number[] = [];
  const ticking = setInterval(() => {
    worst.push(delay.max / 1e6);
    if (worst.length > SLICES) worst.shift();
    delay.reset();
  }, SLICE_MS);
  ticking.unref();
  return {
    isStalled: () => Math.max(delay.max / 1e6, ...worst) > STALLED_MS,
    close() {
      clearInterval(ticking);
      delay.disable();
    },
  };
}
