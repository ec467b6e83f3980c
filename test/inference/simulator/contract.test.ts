import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimulatorOptions } from "../../../inference/simulator/options.ts";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { contractChecks } from "../../../scripts/contract-vllm-checks.ts";
import {
  type Check,
  describeTarget,
  type Known,
  type Target,
} from "../../../scripts/contract-vllm-target.ts";

// The same checks pass against a real vLLM: make contract-vllm

/** A server, and what those know who started it. */
interface Server {
  readonly options: SimulatorOptions;
  readonly known: Known;
}
const common = { maxModelLen: 4096, maxImages: 4, shutdownTimeoutMs: 20_000, shutdownLingerMs: 30 };
const ROOMY: Server = {
  options: { ...common, kvTokens: 560_000, maxNumSeqs: 4, apiKey: "secret" },
  known: { slots: 4 },
};
const SMALL: Server = {
  options: { ...common, kvTokens: 8192, imageCacheBytes: 0.01 * 1024 ** 3, maxNumQueuedReqs: 2 },
  known: { queueLimit: 2, pictureCacheGb: 0.01 },
};

const quick = contractChecks.filter(({ slow }) => !slow);
const ofRoomy = quick.filter((check) => isFor(check, ROOMY));
const others = quick.filter((check) => !ofRoomy.includes(check));

describe.each([
  { name: "with room", server: ROOMY, checks: ofRoomy },
  { name: "with little memory and a short queue", server: SMALL, checks: others },
])("the contract of a vLLM with Qwen2-VL, $name", ({ server, checks }) => {
  let simulator: Simulator;
  let target: Target;
  beforeAll(async () => {
    simulator = await startSimulator({ profile: "h100-2b", ...server.options });
    const known = { ...server.known, stop: () => void simulator.drain() };
    target = await describeTarget(simulator.url, server.options.apiKey, known);
  });
  afterAll(() => simulator.close());

  it.each(checks)("$name", async ({ run, leftOut }) => {
    expect(leftOut?.(target)).toBeUndefined();
    await expect(run(target)).resolves.toBeUndefined();
  });
});

/** Whether a check can be made of the server, by what is known before it runs. */
function isFor({ leftOut }: Check, { options, known }: Server): boolean {
  const { kvTokens = 0, maxModelLen = 0, apiKey } = options;
  const told = { url: "", model: "vision", blockSize: 16, stop: () => undefined };
  return leftOut?.({ ...told, ...known, apiKey, kvTokens, maxModelLen }) === undefined;
}
