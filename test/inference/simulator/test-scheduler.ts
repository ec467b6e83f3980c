import { createEncoderCache } from "../../../inference/simulator/encoder-cache.ts";
import { createEngineRequest, type EngineRequest } from "../../../inference/simulator/engine-request.ts";
import { createLatency } from "../../../inference/simulator/latency.ts";
import { type LatencyProfile, profiles } from "../../../inference/simulator/profiles.ts";
import type { Prompt } from "../../../inference/simulator/prompt.ts";
import { Scheduler, type SchedulerOptions } from "../../../inference/simulator/scheduler.ts";

export const BLOCK = 16;

/** A scheduler without latency, and what it reported. */
export function createTestScheduler(
  options: Partial<SchedulerOptions> & { readonly profile?: LatencyProfile } = {},
) {
  const counts = { started: [] as EngineRequest[], steps: [] as number[], preempted: 0 };
  const maxNumBatchedTokens = options.maxNumBatchedTokens ?? 4096;
  const scheduler = new Scheduler({
    blockSize: BLOCK,
    kvTokens: 64_000,
    maxNumSeqs: 8,
    maxNumBatchedTokens,
    policy: "priority",
    latency: createLatency(options.profile ?? profiles.zero, 8, 1),
    encoder: createEncoderCache(maxNumBatchedTokens),
    events: {
      started: (request) => void counts.started.push(request),
      step: (tokens) => void counts.steps.push(tokens),
      preempted: () => void (counts.preempted += 1),
    },
    ...options,
  });
  return { scheduler, counts };
}

/** A request on its way. */
export interface Job {
  readonly request: EngineRequest;
  readonly done: Promise<EngineRequest>;
}

/** Submits a request whose answer never ends by itself. */
export function submit(
  scheduler: Scheduler,
  prompt: Partial<Prompt> & { readonly ids: readonly number[] },
  { maxTokens = 1, priority = 0 } = {},
): Job {
  let resolve: (request: EngineRequest) => void;
  const done = new Promise<EngineRequest>((fulfil) => void (resolve = fulfil));
  const request = createEngineRequest({
    prompt: { images: [], salt: undefined, ...prompt },
    priority,
    maxTokens,
    arrivedMs: 0,
    next: (index) => ({ id: 900_000 + index, text: "x" }),
    onSample({ end }) {
      if (end !== undefined) resolve(request);
      return false;
    },
  });
  scheduler.submit(request);
  return { request, done };
}

/** Submits a request and waits until it is done. */
export const ask = async (...input: Parameters<typeof submit>): Promise<EngineRequest> =>
  submit(...input).done;

/** Token ids that count up. */
export const ids = (length: number, from = 0): number[] => Array.from({ length }, (_, index) => from + index);
