import { readFileSync } from "node:fs";

/** What a process uses. */
export interface ProcessUsage {
  /** Milliseconds of processor time since its start, all threads together. */
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** Clock ticks of /proc are hundredths of a second on Linux. */
const TICK_MS = 10;

/** Reads it; a process that is gone uses nothing. */
export function usageOf(pid: number): ProcessUsage {
  return { cpuMs: cpuMsOf(pid), residentMb: residentMbOf(pid) };
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
