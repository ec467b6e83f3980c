import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freeTcpPort, freeUdpPort } from "../../lib/free-port.ts";
import { findLivekitServer } from "../../assets/livekit-server.ts";
import { onPath } from "../../assets/on-path.ts";
import type { Config } from "../../config.ts";
import { type Environment, projectEnvironment, withoutSecrets } from "../../config/project-environment.ts";
import { PROJECT_DIR } from "../../project.ts";
import { type UpPorts, upPrograms } from "../../up/programs.ts";
import {
  type PrometheusConfigOptions,
  writePrometheusConfig,
  writeTargets,
} from "../../up/prometheus-config.ts";
import { keepSecrets } from "../../up/secrets.ts";
import { upPlaces } from "../../up/state.ts";
import { lanAddress } from "./demo-lan.ts";
import type { Io } from "../io.ts";
import { ownSite } from "./own-site.ts";
import { secretsFolder } from "./secrets-folder.ts";
import { keepUp } from "./up-keeper.ts";
import type { UpOptions } from "./up-options.ts";

/** Of the LiveKit server that is started here. */
const LIVEKIT_KEY = "sightline";
const SIMULATOR = "a simulator: its answers say so, and it sees nothing";

/** What runs in the background: puts the stack together and keeps it. */
export async function keepProcesses(options: UpOptions, config: Config, io: Io): Promise<number> {
  const places = upPlaces(config.dataDir);
  const operator = projectEnvironment(PROJECT_DIR);
  const secrets = keepSecrets(operator, secretsFolder(config));
  const lan = options.lan ? lanAddress() : undefined;
  const ports = await choosePorts(config, lan);
  const python = await onPath("python3", operator["PATH"]);
  const site = await toSite(config, lan, secrets["ACCESS_CODE"] ?? "");
  const prometheusFolder = join(places.folder, "prometheus");
  const prometheus = await toPrometheus({
    folder: prometheusFolder,
    ports,
    tokenFile: secrets["METRICS_TOKEN"] ?? "",
    warmUp: python === undefined ? undefined : ports.warmUp,
  });
  const programs = upPrograms({
    ports,
    operator,
    withoutSecrets: withoutSecrets(operator),
    secrets,
    livekitKey: LIVEKIT_KEY,
    site: site.environment,
    simulator: options.simulator,
    drainMs: { agent: config.agent.drainMs, gateway: config.http.drainMs },
    python,
    warmUp: {
      program: join(PROJECT_DIR, "inference", "vllm", "warm_up.py"),
      state: join(places.folder, "warm-up.json"),
    },
    prometheus,
  });
  const binary = await findLivekitServer({
    cacheDir: join(PROJECT_DIR, ".servers"),
    environment: withoutSecrets(),
    signal: io.signal,
  });
  return keepUp(
    {
      places,
      programs,
      livekit: { binary, lan, apiKey: LIVEKIT_KEY, secretFile: secrets["LIVEKIT_API_SECRET"] ?? "" },
      ports,
      address: site.address,
      engine: SIMULATOR,
      onMetrics(job, addresses) {
        if (prometheus) writeTargets(prometheusFolder, job, addresses);
      },
    },
    io,
  );
}

/** The page's and the agent's as configured, the others wherever there is room. */
async function choosePorts(config: Config, lan: string | undefined): Promise<UpPorts> {
  const [gate, engine, livekit, media, warmUp, prometheus, agent, livekitMetrics] = await Promise.all([
    freeTcpPort(),
    freeTcpPort(),
    freeTcpPort(),
    freeUdpPort(),
    freeTcpPort(),
    freeTcpPort(),
    config.agent.port === 0 ? freeTcpPort() : config.agent.port,
    // LiveKit would show them to the local network too, and asks nobody for a token.
    lan === undefined ? freeTcpPort() : undefined,
  ]);
  const page = config.http.port;
  return { page, agent, gate, engine, livekit, media, livekitMetrics, warmUp, prometheus };
}

/** The operator's certificate, else one of our own; an access code when others can reach the page. */
async function toSite(
  { http, dataDir }: Config,
  lan: string | undefined,
  codeFile: string,
): Promise<{ readonly address: string; readonly environment: Environment }> {
  const code = lan === undefined ? {} : { ACCESS_CODE: undefined, ACCESS_CODE_FILE: codeFile };
  if (http.tls) {
    return {
      address: http.publicOrigins?.[0] ?? `https://localhost:${http.port}`,
      environment: { ...code, TLS_CERT_FILE: http.tls.certFile },
    };
  }
  const { address, environment } = await ownSite({ lan, port: http.port, dataDir });
  const shown = lan === undefined ? address : `${address}/#code=${readFileSync(codeFile, "utf8").trim()}`;
  return { address: shown, environment: { ...environment, ...code } };
}

async function toPrometheus({
  folder,
  ...rest
}: Omit<PrometheusConfigOptions, "from" | "to"> & { readonly folder: string }) {
  const program = await onPath("prometheus", withoutSecrets()["PATH"]);
  if (program === undefined) return undefined;
  const config = writePrometheusConfig({
    ...rest,
    from: join(PROJECT_DIR, "observability", "prometheus"),
    to: folder,
  });
  return { program, config, data: join(folder, "data") };
}
