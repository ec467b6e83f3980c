import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The project's folder, with a trailing slash. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** A program that runs, and what it has said so far. */
export interface Program {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts a program with an environment of PATH, HOME and what is given. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
  const { PATH, HOME } = process.env;
  const child = spawn(command, args, {
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
    env: { PATH, HOME, ...options.env },
  });
  const said = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  return {
    child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    ended: new Promise((resolve) =>
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown")),
    ),
  };
}

/** `./sightline` of this checkout. */
export function sightline(args: readonly string[], options: SpawnOptions = {}): Program {
  return start(`${PROJECT}sightline`, args, options);
}

/** Processes whose parent is this one, by their ids. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => parentOf(id) === pid);
}

export function isAlive(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

/** Undefined for a process that is gone, or only waits to be reaped. */
function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return state === "Z" ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
