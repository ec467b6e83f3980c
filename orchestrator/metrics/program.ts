import { Gauge, Registry } from "prom-client";

/** What a program that is scraped says of itself, besides what it counts. */
export interface ProgramMetrics {
  /** The Prometheus text format. */
  exposition(): Promise<string>;
}

/** Creates the metrics of this program: its start and version show where a deploy was. */
export function createProgramMetrics(version: string): ProgramMetrics {
  const registry = new Registry();
  const registers = [registry];
  const started = new Gauge({
    name: "sightline_start_time_seconds",
    help: "When the program started, in seconds since 1970.",
    labelNames: ["version"],
    registers,
  });
  const resident = new Gauge({
    name: "sightline_resident_memory_bytes",
    help: "Resident memory of the program itself, without those that it started.",
    registers,
  });
  started.set({ version }, Math.round(Date.now() - process.uptime() * 1000) / 1000);
  return {
    exposition() {
      resident.set(process.memoryUsage.rss());
      return registry.metrics();
    },
  };
}
