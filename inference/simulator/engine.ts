import { createEncoderCache } from "./encoder-cache.ts";
import { createLatency, type Latency } from "./latency.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { Settings } from "./options.ts";
import { createPictures, type Pictures } from "./pictures.ts";
import { createRenderThread, type RenderThread } from "./render-thread.ts";
import { Scheduler } from "./scheduler.ts";
import { createEncoder } from "./tokenizer.ts";

/** Everything behind the HTTP server. */
export interface Engine {
  readonly settings: Settings;
  readonly latency: Latency;
  readonly scheduler: Scheduler;
  readonly pictures: Pictures;
  readonly renderThread: RenderThread;
  readonly metrics: Metrics;
  readonly encode: (text: string, into: number[]) => void;
}

/** Puts caches, scheduler, latency model and metrics together. */
export function createEngine(settings: Settings): Engine {
  const latency = createLatency(settings.profile, settings.maxNumSeqs, settings.seed);
  const metrics: Metrics = createMetrics(settings, {
    running: () => scheduler.running,
    waiting: () => scheduler.waiting,
    kvUsage: () => scheduler.kvUsage,
  });
  const scheduler = new Scheduler({
    ...settings,
    policy: settings.schedulingPolicy,
    latency,
    encoder: createEncoderCache(settings.maxNumBatchedTokens),
    events: metrics,
  });
  const pictures = createPictures({ ...settings, latency, onLookUp: (hit) => metrics.lookedUp(hit) });
  return {
    settings,
    latency,
    scheduler,
    pictures,
    renderThread: createRenderThread(),
    metrics,
    encode: createEncoder(),
  };
}
