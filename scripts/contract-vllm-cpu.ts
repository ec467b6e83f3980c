import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { PROJECT_DIR } from "../orchestrator/project.ts";
import { contractChecks } from "./contract-vllm-checks.ts";
import { runContract } from "./contract-vllm-run.ts";
import { describeTarget, type Known } from "./contract-vllm-target.ts";
import { startTinyVllm } from "./tiny-vllm.ts";

/**
 * Runs the protocol contract against a real vLLM on this machine's CPU, once with room and once with
 * little memory, a short queue and a key, and then the benchmark of prefill ahead.
 */

const KEY = "secret";
const SMALL = "--max-num-queued-reqs 2 --mm-processor-cache-gb 0.01 --num-gpu-blocks-override 320";
const SERVERS: readonly {
  readonly flags: readonly string[];
  readonly key?: string;
  readonly known: Known;
}[] = [
  // As serve.sh has it.
  { flags: [], known: { slots: 4 } },
  {
    flags: [...SMALL.split(" "), "--api-key", KEY],
    key: KEY,
    known: { queueLimit: 2, pictureCacheGb: 0.01 },
  },
];

const passed = new Set<string>();
const failed: string[] = [];
for (const { flags, key, known } of SERVERS) {
  const server = await startTinyVllm(flags);
  try {
    const stop = (): void => void process.kill(server.pid, "SIGTERM");
    const outcome = await runContract(await describeTarget(server.url, key, { ...known, stop }));
    for (const name of outcome.passed) passed.add(name);
    failed.push(...outcome.failed);
  } finally {
    await server.close();
  }
}
console.log(`${passed.size} of ${contractChecks.length} checks passed, ${failed.length} failed`);

const bench = [join(PROJECT_DIR, "bench", "run.ts"), "engine-prefill-cpu"];
const [code] = (await once(spawn(process.execPath, bench, { stdio: "inherit" }), "exit")) as [number | null];
process.exitCode = code === 0 && failed.length === 0 && passed.size === contractChecks.length ? 0 : 1;
