import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freeTcpPort } from "../orchestrator/assets/livekit-process.ts";
import { checkDrain, checkPriorities } from "./contract-vllm-load.ts";
import { describeTarget } from "./contract-vllm-target.ts";
import { PROJECT_DIR } from "../orchestrator/project.ts";

/**
 * Runs the protocol contract and the prefill benchmark against a real vLLM on this machine's CPU, which
 * serves a tiny random Qwen2-VL: installs it into `.vllm` if it is not there, starts it, stops it.
 */

const TINY = join(PROJECT_DIR, "inference", "tiny-vllm");
const FOLDER = join(PROJECT_DIR, ".vllm");
const UP_MS = 300_000;
/** Requests that serve.sh lets run at once. */
const SLOTS = 4;

/** Ends the script with the program's exit code when it is not 0. */
async function run(command: string, args: readonly string[], environment = {}): Promise<void> {
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...environment } });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args[0] ?? ""}: exit ${code ?? "by a signal"}`);
}

console.error("tiny vLLM: installing (once, some minutes)");
await run(join(TINY, "install.sh"), [FOLDER]);
const port = await freeTcpPort();
const url = `http://127.0.0.1:${port}`;
console.error(`tiny vLLM: starting at ${url}`);
const server = spawn(join(TINY, "serve.sh"), [FOLDER, String(port)], { stdio: ["ignore", "ignore", "pipe"] });
let said = "";
server.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
const exited = once(server, "exit");
try {
  const untilMs = performance.now() + UP_MS;
  while (
    !(await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null || performance.now() > untilMs) {
      throw new Error(`the server did not come up:\n${said}`);
    }
    await delay(1000);
  }
  await run(process.execPath, [join(PROJECT_DIR, "scripts", "contract-vllm.ts"), url]);
  await run(process.execPath, [join(PROJECT_DIR, "bench", "engine-prefill.ts")], {
    ENGINE_URL: url,
    ENGINE_HARDWARE:
      "vLLM 0.32.0 on two CPU cores with a tiny random Qwen2-VL: the ratio counts, not the times",
    QUESTIONS: "8",
    CALLS: "1",
  });
  const target = await describeTarget(url);
  await checkPriorities(target, SLOTS);
  console.log("pass  of what waits for a slot, the lower priority number goes first");
  await checkDrain(target, () => server.kill("SIGTERM"));
  console.log("pass  a server that is stopped ends its streams first");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  server.kill();
  await exited;
}
