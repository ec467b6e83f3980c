import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freeTcpPort } from "../orchestrator/lib/free-port.ts";
import { PROJECT_DIR } from "../orchestrator/project.ts";

/** A real vLLM on this machine's CPU, which serves a tiny random Qwen2-VL. */
export interface TinyVllm {
  /** Without `/v1`. */
  readonly url: string;
  /** SIGTERM to it drains the server. */
  readonly pid: number;
  close(): Promise<void>;
}

const SCRIPTS = join(PROJECT_DIR, "inference", "tiny-vllm");
const FOLDER = join(PROJECT_DIR, ".vllm");
const UP_MS = 600_000;
const POLL_MS = 1000;

/**
 * Installs it into `.vllm` if it is not there, and starts it.
 *
 * @param flags of `vllm serve`, beside those of serve.sh
 * @throws {Error} with what it said when it cannot be installed or does not come up.
 */
export async function startTinyVllm(flags: readonly string[] = []): Promise<TinyVllm> {
  console.error("tiny vLLM: installing (once, some minutes)");
  const installer = spawn(join(SCRIPTS, "install.sh"), [FOLDER], { stdio: "inherit" });
  const [code] = (await once(installer, "exit")) as [number | null];
  if (code !== 0) throw new Error(`tiny vLLM: install.sh ended with ${code ?? "a signal"}`);

  const port = await freeTcpPort();
  const url = `http://127.0.0.1:${port}`;
  console.error(`tiny vLLM: starting at ${url} ${flags.join(" ")}`);
  const server = spawn(join(SCRIPTS, "serve.sh"), [FOLDER, String(port), ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const exited = once(server, "exit");
  const close = async (): Promise<void> => {
    server.kill();
    await exited;
  };
  const untilMs = performance.now() + UP_MS;
  while (!(await isUp(url))) {
    if (server.pid === undefined || server.exitCode !== null || performance.now() > untilMs) {
      await close();
      throw new Error(`tiny vLLM: did not come up:\n${said}`);
    }
    await wait(POLL_MS);
  }
  return { url, pid: server.pid ?? 0, close };
}

function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}
