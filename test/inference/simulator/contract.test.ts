import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { contractChecks } from "../../../scripts/contract-vllm-checks.ts";
import { checkDrain, checkPriorities } from "../../../scripts/contract-vllm-load.ts";
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

// and these, where the server is ours to fill and to stop: make contract-vllm
describe("a server under load, and one that is stopped", () => {
  it("serves what waits by priority, not by age", async () => {
    const simulator = await startSimulator({ profile: "h100-2b", maxNumSeqs: 4 });
    try {
      await expect(checkPriorities(await describeTarget(simulator.url), 4)).resolves.toBeUndefined();
    } finally {
      await simulator.close();
    }
  });

  it("ends its streams before it goes", async () => {
    const simulator = await startSimulator({ profile: "h100-2b", shutdownTimeoutMs: 20_000 });
    const target = await describeTarget(simulator.url);
    await expect(checkDrain(target, () => void simulator.drain())).resolves.toBeUndefined();
  });
});
