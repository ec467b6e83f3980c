import type { EngineRequest } from "./engine-request.ts";
import { createExposition, type Labels } from "./exposition.ts";
import { addProcessMetrics } from "./process-metrics.ts";

/** vLLM's fixed buckets, seconds or counts (vllm/v1/metrics/loggers.py). */
const FIRST_TOKEN = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];
const TOKEN_GAP = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const PHASE = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const ITERATION = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];
const SMALL = [1, 2, 5, 10, 20];

/** What is read at the moment of a scrape. */
export interface MetricSources {
  readonly running: () => number;
  readonly waiting: () => number;
  readonly kvUsage: () => number;
}

export interface MetricOptions {
  readonly model: string;
  readonly maxModelLen: number;
  readonly blockSize: number;
  readonly kvTokens: number;
}

/** Why an answer ended, as `vllm:request_success_total` labels it. */
export type FinishedReason = "stop" | "length" | "abort" | "error" | "repetition";

/** Every metric of vLLM that the simulator has events for, and those that stay zero on a server like ours. */
export function createMetrics(options: MetricOptions, sources: MetricSources) {
  const metrics = createExposition();
  const engine = { engine: "0", model_name: options.model };
  const counter = (name: string, help: string, more: Labels = {}) =>
    metrics.counter(`vllm:${name}`, help, { ...engine, ...more });
  const gauge = (name: string, help: string, read: () => number, more: Labels = {}): void =>
    metrics.gauge(`vllm:${name}`, help, { ...engine, ...more }, read);
  const histogram = (name: string, help: string, buckets: readonly number[]) =>
    metrics.histogram(`vllm:${name}`, help, engine, buckets);

  addProcessMetrics(metrics);
  for (const what of ["flops", "read_bytes", "write_bytes"])
    counter(
      `estimated_${what}_per_gpu`,
      what === "flops"
        ? "Estimated number of floating point operations per GPU (for Model Flops Utilization calculations)."
        : `Estimated number of bytes ${what === "read_bytes" ? "read from" : "written to"} memory per GPU (for Model Flops Utilization calculations).`,
    );
  gauge("num_requests_running", "Number of requests in model execution batches.", sources.running);
  gauge("num_requests_waiting", "Number of requests waiting to be processed.", sources.waiting);
  const byReason =
    "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals vllm:num_requests_waiting.";
  gauge("num_requests_waiting_by_reason", byReason, sources.waiting, { reason: "capacity" });
  gauge("num_requests_waiting_by_reason", byReason, () => 0, { reason: "deferred" });
  const sleep =
    "Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.";
  gauge("engine_sleep_state", sleep, () => 1, { sleep_state: "awake" });
  gauge("engine_sleep_state", sleep, () => 0, { sleep_state: "weights_offloaded" });
  gauge("engine_sleep_state", sleep, () => 0, { sleep_state: "discard_all" });
  gauge("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", sources.kvUsage);

  const prefixQueries = counter(
    "prefix_cache_queries",
    "Prefix cache queries, in terms of number of queried tokens.",
  );
  const prefixHits = counter("prefix_cache_hits", "Prefix cache hits, in terms of number of cached tokens.");
  const external = "from KV connector cross-instance cache sharing, in terms of number of";
  counter("external_prefix_cache_queries", `External prefix cache queries ${external} queried tokens.`);
  counter("external_prefix_cache_hits", `External prefix cache hits ${external} cached tokens.`);
  const imageQueries = counter(
    "mm_cache_queries",
    "Multi-modal cache queries, in terms of number of queried items.",
  );
  const imageHits = counter("mm_cache_hits", "Multi-modal cache hits, in terms of number of cached items.");
  const preemptions = counter("num_preemptions", "Cumulative number of preemption from the engine.");
  const promptTokens = counter("prompt_tokens", "Number of prefill tokens processed.");
  const bySource = "Number of prompt tokens by source.";
  const computedTokens = counter("prompt_tokens_by_source", bySource, { source: "local_compute" });
  const hitTokens = counter("prompt_tokens_by_source", bySource, { source: "local_cache_hit" });
  counter("prompt_tokens_by_source", bySource, { source: "external_kv_transfer" });
  const cachedTokens = counter("prompt_tokens_cached", "Number of cached prompt tokens (local + external).");
  const byTier =
    "Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to DRAM), disk, p2p (transferred from another vLLM instance) or external_unspecified. Counted at admission; sums to vllm:prefix_cache_hits + vllm:external_prefix_cache_hits.";
  const deviceTokens = counter("prompt_tokens_cached_by_source", byTier, { source: "device" });
  for (const source of ["host", "p2p", "disk", "external_unspecified"])
    counter("prompt_tokens_cached_by_source", byTier, { source });
  const generatedTokens = counter("generation_tokens", "Number of generation tokens processed.");
  const ends = (["stop", "length", "abort", "error", "repetition"] as const).map(
    (reason) =>
      [
        reason,
        counter("request_success", "Count of successfully processed requests.", { finished_reason: reason }),
      ] as const,
  );
  const rejections = (["max_num_queued_reqs", "max_num_queued_tokens"] as const).map((reason) =>
    metrics.counter(
      "vllm:admission_rejections",
      "Number of admission attempts rejected by a queue limit, by reason.",
      { model_name: options.model, reason },
    ),
  );
  const counts = tokenBuckets(options.maxModelLen);
  const promptSize = histogram("request_prompt_tokens", "Number of prefill tokens processed.", counts);
  const answerSize = histogram("request_generation_tokens", "Number of generation tokens processed.", counts);
  const iteration = histogram(
    "iteration_tokens_total",
    "Histogram of number of tokens per engine_step.",
    ITERATION,
  );
  const mostGenerated = histogram(
    "request_max_num_generation_tokens",
    "Histogram of maximum number of requested generation tokens.",
    counts,
  );
  const n = histogram("request_params_n", "Histogram of the n request parameter.", SMALL);
  const maxTokens = histogram(
    "request_params_max_tokens",
    "Histogram of the max_tokens request parameter.",
    counts,
  );
  const firstToken = histogram(
    "time_to_first_token_seconds",
    "Histogram of time to first token in seconds.",
    FIRST_TOKEN,
  );
  const tokenGap = histogram(
    "inter_token_latency_seconds",
    "Histogram of inter-token latency in seconds.",
    TOKEN_GAP,
  );
  const perToken = histogram(
    "request_time_per_output_token_seconds",
    "Histogram of time_per_output_token_seconds per request.",
    TOKEN_GAP,
  );
  const whole = histogram(
    "e2e_request_latency_seconds",
    "Histogram of e2e request latency in seconds.",
    PHASE,
  );
  const phase = (name: string) =>
    histogram(
      `request_${name === "WAITING" ? "queue" : name === "RUNNING" ? "inference" : name.toLowerCase()}_time_seconds`,
      `Histogram of time spent in ${name} phase for request.`,
      PHASE,
    );
  const queue = phase("WAITING");
  const inference = phase("RUNNING");
  const prefill = phase("PREFILL");
  const decode = phase("DECODE");
  const requestPreemptions = histogram(
    "request_num_preemptions",
    "Histogram of the number of times a request was preempted.",
    [1, 2, 3, 4, 5, 10, 20],
  );
  const computed = histogram(
    "request_prefill_kv_computed_tokens",
    "Histogram of new KV tokens computed during prefill (excluding cached tokens).",
    counts,
  );
  const config = {
    engine: "0",
    block_size: String(options.blockSize),
    cache_dtype: "auto",
    enable_prefix_caching: "True",
    kv_cache_size_tokens: String(options.kvTokens),
    num_gpu_blocks: String(Math.floor(options.kvTokens / options.blockSize)),
    prefix_caching_hash_algo: "sha256",
  };
  metrics.gauge("vllm:cache_config_info", "Information of the LLMEngine CacheConfig", config, () => 1);

  return {
    exposition: metrics,
    text: () => metrics.text(),
    step: (tokens: number) => iteration.observe(tokens),
    preempted: () => preemptions.add(1),
    rejected: () => rejections[0]?.add(1),
    lookedUp(hit: boolean) {
      imageQueries.add(1);
      if (hit) imageHits.add(1);
    },
    started(request: EngineRequest) {
      prefixQueries.add(request.prompt.ids.length);
      prefixHits.add(request.cached);
      deviceTokens.add(request.cached);
    },
    token(request: EngineRequest, sinceLastMs: number) {
      generatedTokens.add(1);
      if (request.generated > 1) {
        tokenGap.observe(sinceLastMs / 1000);
        return;
      }
      const prompt = request.prompt.ids.length;
      promptTokens.add(prompt);
      computedTokens.add(prompt - request.cached);
      hitTokens.add(request.cached);
      cachedTokens.add(request.cached);
      firstToken.observe((request.times.firstTokenMs - request.times.arrivedMs) / 1000);
    },
    /** A request ended by itself. One that its client left is not counted, as on a real vLLM. */
    ended(request: EngineRequest, reason: FinishedReason, requestedTokens: number | undefined) {
      const { arrivedMs, queuedMs, startedMs, firstTokenMs, lastTokenMs } = request.times;
      const prompt = request.prompt.ids.length;
      for (const [name, end] of ends) if (name === reason) end.add(1);
      promptSize.observe(prompt);
      answerSize.observe(request.generated);
      mostGenerated.observe(request.generated);
      n.observe(1);
      if (requestedTokens !== undefined) maxTokens.observe(requestedTokens);
      whole.observe((lastTokenMs - arrivedMs) / 1000);
      queue.observe((startedMs - queuedMs) / 1000);
      inference.observe((lastTokenMs - startedMs) / 1000);
      prefill.observe((firstTokenMs - startedMs) / 1000);
      decode.observe((lastTokenMs - firstTokenMs) / 1000);
      if (request.generated > 1)
        perToken.observe((lastTokenMs - firstTokenMs) / 1000 / (request.generated - 1));
      requestPreemptions.observe(request.preemptions);
      computed.observe(prompt - request.cached);
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** 1, 2, 5, 10, 20, 50 … up to the limit. */
function tokenBuckets(limit: number): readonly number[] {
  const buckets: number[] = [];
  for (let power = 1; power <= limit; power *= 10)
    for (const factor of [1, 2, 5]) if (power * factor <= limit) buckets.push(power * factor);
  return buckets;
}
