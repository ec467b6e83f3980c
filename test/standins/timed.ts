import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, type TestOptions } from "vitest";

/** Longer than what a process that is not starved stands still for. */
const STALL_MS = 30;
const LOOK_EVERY_MS = 5;
const STOOD_STILL = "this process stood still";

/**
 * Options of a file's tests that measure time. What fails is measured again, twice at most, when this
 * process stood still meanwhile, as beside others on a busy machine; without that a failure is one.
 */
export function timed(): Pick<TestOptions, "retry"> {
  const loop = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  loop.enable();
  beforeEach(async () => {
    loop.reset();
    // Its first look has none before it to be compared with.
    await delay(3 * LOOK_EVERY_MS);
  });
  afterEach(({ task }) => {
    const stallMs = Math.round(loop.max / 1e6);
    if (task.result?.state === "fail" && stallMs > STALL_MS)
      throw new Error(`${STOOD_STILL} for ${stallMs} ms`);
  });
  return { retry: { count: 2, condition: new RegExp(`^${STOOD_STILL}`) } };
}
