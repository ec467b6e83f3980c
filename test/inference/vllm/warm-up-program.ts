import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterEach } from "vitest";
import type { SimulatorOptions } from "../../../inference/simulator/options.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";

const SCRIPT = join(PROJECT_DIR, "inference", "vllm", "warm_up.py");
const SIMULATOR = join(PROJECT_DIR, "inference", "simulator", "main.ts");

const endings: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()));
});

/** Ends with the test. */
export function endLater(end: () => unknown): void {
  endings.push(end);
}

/** The script as a ConfigMap mounts it: each file a link into a folder that is a link itself. */
export function mountedScript(): string {
  const folder = mkdtempSync(join(tmpdir(), "sightline-mounted-"));
  endLater(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "..2026_11_28"));
  symlinkSync("..2026_11_28", join(folder, "..data"));
  const source = dirname(SCRIPT);
  for (const name of readdirSync(source).filter((name) => name.startsWith("warm_up"))) {
    copyFileSync(join(source, name), join(folder, "..2026_11_28", name));
    symlinkSync(join("..data", name), join(folder, name));
  }
  return join(folder, "warm_up.py");
}

/** A file for the state that is gone after the test. */
export function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "sightline-warm-up-"));
  endLater(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "state.json");
}

export interface WarmUpRan {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it told there, one JSON object a line. */
  readonly told: readonly Readonly<Record<string, unknown>>[];
}

/** Runs a mode to its end. */
export async function runWarmUp(
  mode: string,
  args: readonly string[],
  env: Record<string, string> = {},
  script = SCRIPT,
): Promise<WarmUpRan> {
  const child = start(mode, args, env, script);
  const exited = once(child, "exit");
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [code] = (await exited) as [number | null];
  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  return { code, stdout, stderr, told: lines.map(toObject) };
}

/** Starts `watch` on a free port and gives its address. */
export async function watchEngine(
  args: readonly string[],
): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = start("watch", ["--listen", "127.0.0.1:0", ...args], {}, SCRIPT);
  const lines = createInterface({ input: child.stderr! });
  const [line] = (await once(lines, "line")) as [string];
  return { url: String(toObject(line)["listening"]), child };
}

/** A simulator as a process of its own, so that another one is another process. */
export async function startEngineProcess(
  options: SimulatorOptions,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [SIMULATOR, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  endLater(stop);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { url: (JSON.parse(line) as { url: string }).url, stop };
}

function start(
  mode: string,
  args: readonly string[],
  env: Record<string, string>,
  script: string,
): ChildProcess {
  const child = spawn("python3", [script, mode, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // A proxy of the machine has no say between the two.
    env: {
      PATH: process.env["PATH"] ?? "",
      http_proxy: "http://127.0.0.1:9",
      HTTP_PROXY: "http://127.0.0.1:9",
      ...env,
    },
  });
  endLater(() => void child.kill("SIGKILL"));
  return child;
}

function toObject(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}
