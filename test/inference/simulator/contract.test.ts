import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { contractChecks } from "../../../scripts/contract-vllm-checks.ts";
import { describeTarget, type Target } from "../../../scripts/contract-vllm-target.ts";

// the same checks pass against a real vLLM: node scripts/contract-vllm.ts URL
describe("the contract of a vLLM with Qwen2-VL", () => {
  let simulator: Simulator;
  let target: Target;
  beforeAll(async () => {
    simulator = await startSimulator({ maxModelLen: 4096, maxImages: 4, apiKey: "secret" });
    target = await describeTarget(simulator.url, "secret");
  });
  afterAll(() => simulator.close());

  it.each(contractChecks.filter((check) => !check.slow))("$name", async ({ run }) => {
    await expect(run(target)).resolves.toBeUndefined();
  });
});
