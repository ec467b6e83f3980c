import { cache } from "./contract-vllm-cache.ts";
import { errors } from "./contract-vllm-errors.ts";
import { eviction } from "./contract-vllm-eviction.ts";
import { load } from "./contract-vllm-load.ts";
import { prefill } from "./contract-vllm-prefill.ts";
import { guarded, server } from "./contract-vllm-server.ts";
import { streams } from "./contract-vllm-streams.ts";
import type { Check } from "./contract-vllm-target.ts";

/** What holds for every vLLM with Qwen2-VL, the simulator included. The last one stops the server. */
export const contractChecks: readonly Check[] = [
  ...streams,
  ...errors,
  ...cache,
  ...prefill,
  ...eviction,
  ...server,
  guarded,
  ...load,
];
