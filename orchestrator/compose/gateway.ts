import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { ConfigError } from "../errors.ts";
import { createAnswer } from "../http/answer.ts";
import { createGateway, type Gateway } from "../http/gateway.ts";
import { type PatientProbes, startPatientProbes } from "../http/patient-probes.ts";
import type { Logger } from "../log.ts";
import { createProgramMetrics } from "../metrics/program.ts";
import { PROJECT_DIR } from "../project.ts";
import { personaSettings, readPersona } from "../session/persona.ts";
import { ownSecret } from "../store/secret.ts";
import { createCallerTokens } from "../transports/livekit/caller-token.ts";
import { isLivekitUp } from "../transports/livekit/reachable.ts";
import { createRoomLookup } from "../transports/livekit/room-lookup.ts";
import { compose, type ComposeOptions } from "../compose.ts";
import { ownVersion } from "./own-version.ts";
import { checkStoreOf, openStoreOf } from "./store.ts";

/** Folder of the built page, made by `make page`. */
const PAGE_DIR = join(PROJECT_DIR, "web", "dist");
const LOOPBACK = "127.0.0.1";
/** How long a readiness check waits for the gate. */
const GATE_CHECK_MS = 1000;

/** The gateway with everything behind it. */
export interface GatewayStack {
  readonly gateway: Gateway;
  readonly config: Config;
  readonly log: Logger;
  /** @throws the listeners' own errors */
  listen(): Promise<GatewayAddresses>;
  /**
   * Resolves when nothing runs any more, and what was counted is scraped; `onFreed` is told when another
   * can listen at the port.
   */
  close(onFreed?: () => void): Promise<void>;
}

export interface GatewayAddresses {
  /** Of the page. */
  readonly listening: string;
  /** Of the metrics, when they have a port of their own, and it is free: it stays to the end. */
  readonly metrics?: string;
}

/** @throws {ConfigError} */
export async function composeGateway(options: ComposeOptions = {}): Promise<GatewayStack> {
  const stack = await compose(options);
  await checkStoreOf(stack.config).catch(async (error: unknown) => {
    await stack.close();
    throw error;
  });
  const { config, log, metrics, tracer, places } = stack;
  const persona = readPersona(config.personaFile);
  const store = await openStoreOf(config, log);
  const { http, livekit } = config;
  const version = await ownVersion();
  const program = createProgramMetrics(version);
  const exposition = async () => ({
    contentType: metrics.contentType,
    text: `${await metrics.exposition()}\n${await program.exposition()}`,
  });
  let draining = false;
  let probes: PatientProbes | undefined;
  const gateway = await createGateway({
    ...http,
    tls: await readTls(http.tls),
    secret: config.secretKey ?? ownSecret(config.dataDir),
    pageDir: PAGE_DIR,
    livekit: livekit && {
      agentName: config.agent.name,
      url: livekit.url,
      publicUrl: livekit.publicUrl,
      issueToken: createCallerTokens(livekit, config.agent.name),
      isInCall: createRoomLookup(livekit, config.agent.name),
      isReachable: () => isLivekitUp(livekit),
    },
    ask: createAnswer({
      ports: (camera) => stack.ports(camera),
      settings: personaSettings(persona, stack.settings),
      persona,
      contextTokens: config.contextTokens,
      localPictures: config.localPictures,
      places,
      ledger: store.ledger,
      metrics,
      tracer,
      log,
    }),
    ledger: store.ledger,
    retentionDays: config.ledgerRetentionDays,
    about: {
      version,
      language: persona.language,
      speech: { ear: config.stt[0]?.name ?? null },
    },
    health: {
      checks: {
        gate: async () => ((await stack.gateReady(AbortSignal.timeout(GATE_CHECK_MS))) ? "ok" : "degraded"),
        store: () => store.state(),
      },
      essential: [],
      metrics: exposition,
      metricsToken: http.metricsToken,
    },
    log,
  });
  return {
    gateway,
    config,
    log,
    async listen() {
      if (http.metricsPort !== undefined)
        probes = await startPatientProbes({
          // Any free port is known to this machine alone.
          host: http.metricsPort === 0 ? LOOPBACK : http.host,
          port: http.metricsPort,
          isReady: () => !draining,
          isDraining: () => draining,
          metrics: exposition,
          metricsToken: http.metricsToken,
          log,
        });
      const listening = await gateway.listen();
      const metrics = probes?.url();
      return { listening, ...(metrics !== undefined && { metrics }) };
    },
    async close(onFreed) {
      draining = true;
      await gateway.close(onFreed);
      await Promise.all([store.close(), stack.close()]);
      await probes?.close();
    },
  };
}

async function readTls(files: Config["http"]["tls"]) {
  if (!files) return undefined;
  const read = async (name: string, file: string): Promise<string> => {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown fault";
      throw new ConfigError([`${name}: cannot read ${file} (${code}); expected a readable PEM file`]);
    }
  };
  return {
    cert: await read("TLS_CERT_FILE", files.certFile),
    key: await read("TLS_KEY_FILE", files.keyFile),
  };
}
