import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UpPorts } from "./programs.ts";

export interface PrometheusConfigOptions {
  /** The project's `observability/prometheus`. */
  readonly from: string;
  /** Where the copy is put. */
  readonly to: string;
  readonly ports: UpPorts;
  /** Holds METRICS_TOKEN. */
  readonly tokenFile: string;
  /** Port of the warm-up's metrics; undefined: it does not run. */
  readonly warmUp: number | undefined;
}

/** How containers are found; programs of this machine have no such names. */
const BY_NAME = /^ +dns_sd_configs: .*\n/gm;

/**
 * Puts a configuration for programs of this machine beside the project's own: the same file, rules and
 * Alertmanagers, with loopback as the only targets. A gateway is none before it says where its metrics are.
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
    gateway: undefined,
    agent: ports.agent,
    gate: ports.gate,
    vllm: ports.engine,
    livekit: ports.livekitMetrics,
    prometheus: ports.prometheus,
    "warm-up": options.warmUp,
  };
  for (const [job, port] of Object.entries(jobs))
    writeTargets(to, job, port === undefined ? [] : [`127.0.0.1:${port}`]);
  return config;
}

/**
 * What a job scrapes from now on; Prometheus reads it within seconds.
 *
 * @param to folder of its configuration
 * @param addresses `host:port`
 */
export function writeTargets(to: string, job: string, addresses: readonly string[]): void {
  const file = join(to, "targets", `${job}.yml`);
  writeFileSync(`${file}.new`, JSON.stringify(addresses.length === 0 ? [] : [{ targets: addresses }]));
  renameSync(`${file}.new`, file);
}

function link(target: string, path: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}
