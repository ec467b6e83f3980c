import { contractChecks } from "./contract-vllm-checks.ts";
import type { Check, Target } from "./contract-vllm-target.ts";

/** Names of the checks by what became of them. */
export interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly leftOut: readonly string[];
}

/** Makes every check that can be made of the server, one after the other, a line each. */
export async function runContract(target: Target, fast = false): Promise<Outcome> {
  const { url, model, maxModelLen, blockSize } = target;
  console.log(`${url}: model ${model}, context ${maxModelLen}, blocks of ${blockSize}`);
  const outcome = { passed: [] as string[], failed: [] as string[], leftOut: [] as string[] };
  for (const check of contractChecks) {
    const reason = fast && check.slow ? "slow" : check.leftOut?.(target);
    if (reason === undefined) outcome[(await passes(check, target)) ? "passed" : "failed"].push(check.name);
    else {
      outcome.leftOut.push(check.name);
      console.log(`-     ${check.name}: ${reason}`);
    }
  }
  const { passed, failed, leftOut } = outcome;
  console.log(`${passed.length} passed, ${failed.length} failed, ${leftOut.length} left out`);
  return outcome;
}

async function passes({ name, run }: Check, target: Target): Promise<boolean> {
  try {
    await run(target);
    console.log(`pass  ${name}`);
    return true;
  } catch (error) {
    console.log(`FAIL  ${name}\n      ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
