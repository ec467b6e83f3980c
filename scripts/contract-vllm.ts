import { parseArgs } from "node:util";
import { runContract } from "./contract-vllm-run.ts";
import { describeTarget, KNOWN_BY, type Known } from "./contract-vllm-target.ts";

/**
 * Runs the protocol contract against any vLLM that serves Qwen2-VL:
 * `node scripts/contract-vllm.ts http://127.0.0.1:8000 [--api-key KEY] [--fast]`. What is known of the
 * server comes by the environment, each to be left out: `SLOTS=4 QUEUE_LIMIT=2 PICTURE_CACHE_GB=0.01
 * STOP_PID=123`. Exit code 1 when a check fails.
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

const pid = told("stop");
const known: Known = {
  slots: told("slots"),
  queueLimit: told("queueLimit"),
  pictureCacheGb: told("pictureCacheGb"),
  stop: pid === undefined ? undefined : () => process.kill(pid, "SIGTERM"),
};
const target = await describeTarget(url.replace(/\/+$/, ""), values["api-key"], known);
const { failed } = await runContract(target, values.fast);
process.exitCode = failed.length === 0 ? 0 : 1;

/** A number of the environment; undefined: not told. */
function told(what: keyof Known): number | undefined {
  const name = KNOWN_BY[what];
  const value = process.env[name];
  if (!value) return undefined;
  const number = Number(value);
  if (number > 0) return number;
  console.error(`${name}: got ${JSON.stringify(value)}; expected a number above 0`);
  process.exit(2);
}
