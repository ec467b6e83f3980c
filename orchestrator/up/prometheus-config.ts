import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UpPorts } from "./programs.ts";

export interface PrometheusConfigOptions {
  /** The project's `observability/prometheus`. */
  readonly from: string;
  /** Where the copy is put. */
  readonly to: string;
  readonly ports: UpPorts;
  /** The page is served over HTTPS. */
  readonly https: boolean;
  /** Holds METRICS_TOKEN. */
  readonly tokenFile: string;
  /** Port of the warm-up's metrics; undefined: it does not run. */
  readonly warmUp: number | undefined;
}

/** How containers are found; programs of this machine have no such names. */
const BY_NAME = /^ +dns_sd_configs: .*\n/gm;

/**
 * Puts a configuration for programs of this machine beside the project's own: the same file, rules and
 * Alertmanagers, with loopback as the only targets.
 *
 * @returns the configuration's path
 * @throws what the file system throws
 */
export function writePrometheusConfig(options: PrometheusConfigOptions): string {
  const { from, to, ports } = options;
  const config = join(to, "prometheus.yml");
  for (const folder of ["targets", "secrets"]) mkdirSync(join(to, folder), { recursive: true, mode: 0o700 });
  writeFileSync(config, readFileSync(join(from, "prometheus.yml"), "utf8").replaceAll(BY_NAME, ""));
  for (const folder of ["rules", "alertmanagers"]) link(join(from, folder), join(to, folder));
  link(options.tokenFile, join(to, "secrets", "metrics-token"));
  const jobs: Readonly<Record<string, number | undefined>> = {
    gateway: ports.page,
    agent: ports.agent,
    gate: ports.gate,
    vllm: ports.engine,
    livekit: ports.livekitMetrics,
    prometheus: ports.prometheus,
    "warm-up": options.warmUp,
  };
  for (const [job, port] of Object.entries(jobs)) {
    const labels = job === "gateway" && options.https ? { __scheme__: "https" } : {};
    const targets = port === undefined ? [] : [{ targets: [`127.0.0.1:${port}`], labels }];
    writeFileSync(join(to, "targets", `${job}.yml`), JSON.stringify(targets));
  }
  return config;
}

function link(target: string, path: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}
