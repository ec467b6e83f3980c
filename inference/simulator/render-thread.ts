/** The one thread that decodes and preprocesses pictures: work waits for what came before it. */
export interface RenderThread {
  run(ms: number): Promise<void>;
}

/** Makes an idle thread. */
export function createRenderThread(): RenderThread {
  let freeAtMs = 0;
  return {
    run(ms) {
      const nowMs = performance.now();
      freeAtMs = Math.max(nowMs, freeAtMs) + ms;
      return new Promise((resolve) => void setTimeout(resolve, freeAtMs - nowMs));
    },
  };
}
