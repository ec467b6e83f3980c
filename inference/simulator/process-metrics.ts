import { readFileSync } from "node:fs";
import type { Exposition } from "./exposition.ts";

/** The process metrics that Python's client adds on Linux, but for those of Python itself. */
export function addProcessMetrics(metrics: Exposition): void {
  const startSeconds = Date.now() / 1000 - process.uptime();
  metrics.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", {}, () => memory(0));
  metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", {}, () => memory(1));
  metrics.gauge(
    "process_start_time_seconds",
    "Start time of the process since unix epoch in seconds.",
    {},
    () => startSeconds,
  );
  metrics.counted("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

/** A field of `/proc/self/statm`, in bytes; 0 where there is no such file. */
function memory(field: number): number {
  try {
    return Number(readFileSync("/proc/self/statm", "utf8").split(" ")[field]) * 4096;
  } catch {
    return 0;
  }
}
