import { readFileSync } from "node:fs";
import { childrenOf } from "../../test/e2e/programs.ts";

/** What the agent processes of a supervisor use. */
export interface AgentUsage {
  /** Milliseconds of processor time since their start, all threads together. */
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** Clock ticks of /proc are hundredths of a second on Linux. */
const TICK_MS = 10;

/** Reads it for the processes below this one; processes come and go between two readings. */
export function readUsage(supervisor: number): AgentUsage {
  const processes = descendantsOf(supervisor);
  return {
    cpuMs: processes.reduce((sum, pid) => sum + cpuMsOf(pid), 0),
    residentMb: processes.reduce((sum, pid) => sum + residentMbOf(pid), 0),
  };
}

function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function cpuMsOf(pid: number): number {
  const fields = read(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

function residentMbOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(pid, "status"))?.[1] ?? 0) / 1024;
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
