import { parseArgs } from "node:util";
import { contractChecks } from "./contract-vllm-checks.ts";
import { describeTarget } from "./contract-vllm-target.ts";

/**
 * Runs the protocol contract against any vLLM that serves Qwen2-VL:
 * `node scripts/contract-vllm.ts http://127.0.0.1:8000 [--api-key KEY] [--fast]`. Exit code 1 when a check fails.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "api-key": { type: "string" }, fast: { type: "boolean", default: false } },
});
const [url] = positionals;
if (url === undefined) {
  console.error("usage: node scripts/contract-vllm.ts URL [--api-key KEY] [--fast]");
  process.exit(2);
}

const target = await describeTarget(url.replace(/\/+$/, ""), values["api-key"]);
console.log(
  `${target.url}: model ${target.model}, context ${target.maxModelLen}, blocks of ${target.blockSize}`,
);
let failed = 0;
const checks = contractChecks.filter((check) => !(values.fast && check.slow));
for (const check of checks) {
  try {
    await check.run(target);
    console.log(`pass  ${check.name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${check.name}\n      ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
