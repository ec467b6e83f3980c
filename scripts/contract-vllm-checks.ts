import { cache } from "./contract-vllm-cache.ts";
import { errors } from "./contract-vllm-errors.ts";
import { guarded, server } from "./contract-vllm-server.ts";
import { streams } from "./contract-vllm-streams.ts";
import type { Check } from "./contract-vllm-target.ts";

/** What holds for every vLLM with Qwen2-VL, the simulator included. */
export const contractChecks: readonly Check[] = [...streams, ...errors, ...cache, ...server, guarded];
