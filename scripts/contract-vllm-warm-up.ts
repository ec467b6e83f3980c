import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gpuClasses } from "../inference/vllm/choose-class.ts";
import { classFile } from "../inference/vllm/read-class.ts";
import { PROJECT_DIR } from "../orchestrator/project.ts";
import { startTinyVllm } from "./tiny-vllm.ts";

/**
 * Holds the engine's classes and its warm-up against a real vLLM on this machine's CPU: its parser takes
 * every class file, it starts with one, and its model of random weights is found not to see.
 */

const run = promisify(execFile);
const WARM_UP = join(PROJECT_DIR, "inference", "vllm", "warm_up.py");
const files = gpuClasses.map((name) => fileURLToPath(classFile(name)));

const server = await startTinyVllm(["--config", fileURLToPath(classFile("24gb-ampere"))]);
const folder = mkdtempSync(join(tmpdir(), "sightline-warm-up-"));
try {
  const python = join(PROJECT_DIR, ".vllm", "vllm", "bin", "python");
  const parser = join(PROJECT_DIR, "inference", "tiny-vllm", "parse_config.py");
  console.log((await run(python, [parser, ...files])).stdout.trim());

  await expectSaid("a model of random weights", "not ready: wrong-colour\n");
  await server.close();
  await expectSaid("a server that ended", "not ready: refused\n");
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function expectSaid(what: string, expected: string): Promise<void> {
  const said = await check(server.url);
  if (said !== expected) throw new Error(`${what}: got ${JSON.stringify(said)}; expected ${expected.trim()}`);
  console.log(`${what} is ${expected.trim()}`);
}

/** What the probe says; nothing when all is well. */
async function check(url: string): Promise<string> {
  const args = [WARM_UP, "check", "--engine", url, "--state", join(folder, "state.json"), "--every", "0"];
  return run("python3", args).then(
    ({ stdout }) => stdout,
    (fault: unknown) => String((fault as { readonly stdout?: string }).stdout),
  );
}
