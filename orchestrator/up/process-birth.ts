import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that was started here: its id, and when it began, since ids are used again. */
export interface KnownProcess {
  readonly pid: number;
  readonly birth: string;
}

/**
 * When a process began, in words that no other process of the same id has. Undefined: there is none, or
 * it only waits to be reaped.
 */
export function birthOf(pid: number): string | undefined {
  return process.platform === "linux" ? linuxBirth(pid) : portableBirth(pid);
}

/** Whether it is still the process that was started, not another one with its id. */
export function isStill({ pid, birth }: KnownProcess): boolean {
  return birthOf(pid) === birth;
}

/**
 * Signals the process, if it is still the one that was started.
 *
 * @returns whether it was
 */
export function signalIfStill(known: KnownProcess, name: NodeJS.Signals): boolean {
  if (!isStill(known)) return false;
  try {
    return process.kill(known.pid, name);
  } catch {
    return false;
  }
}

/** Ticks since the machine started, with that start's own id. */
function linuxBirth(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    if (fields[0] === "Z") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function portableBirth(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
