import { detectorWeights } from "./assets/detector.ts";
import { createCloudPictures } from "./compose/cloud-pictures.ts";
import type { Config } from "./config.ts";
import { withoutSecrets } from "./config/project-environment.ts";
import { readConfig } from "./config/read-config.ts";
import { HERE } from "./lib/own-network.ts";
import { createLog, type Logger } from "./log.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { ownCommand, PROJECT_DIR } from "./project.ts";
import { placeOf } from "./speech/place.ts";
import type { LedgerPlace } from "./store/ledger.ts";
import type { Camera, Gate, Ports } from "./turn/ports.ts";
import type { TurnTracer } from "./tracing/turn-tracer.ts";
import { systemPrompt } from "./turn/system-prompt.ts";
import type { EngineName, TurnSettings } from "./turn/turn.ts";
import { connectGate } from "./vision/gate-client.ts";
import { createGateChild } from "./vision/gate-child.ts";

/** A photo is asked about once: a gate that is still starting is waited for. */
const PHOTO_VERDICT_DEADLINE_MS = 4000;
/** Outer bound of every addressed turn up to its first word. */
const TURN_DEADLINE_MS = 8000;

/** Everything a conversation needs, made from one configuration. */
export interface Stack {
  readonly config: Config;
  readonly settings: TurnSettings;
  readonly metrics: Metrics;
  /** Undefined: turns are not traced. */
  readonly tracer: TurnTracer | undefined;
  readonly log: Logger;
  /** With the gate for photos, unless the camera has a gate of its own. */
  ports(camera: Camera, gate?: Gate): Ports;
  /** A gate for one camera: of its frames only the latest waits to be judged. */
  gateForStream(): Gate;
  /** Where the engines run, for the ledger. */
  readonly places: Readonly<Partial<Record<EngineName, LedgerPlace>>>;
  /** Resolves once the gate has answered a health check; false when it has not by then. */
  gateReady(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export interface ComposeOptions {
  /** `simulator`: answers come from the stand-in, and say so. */
  readonly engine?: "simulator" | undefined;
}

/** @throws {ConfigError} */
export async function compose(options: ComposeOptions = {}): Promise<Stack> {
  const simulator = options.engine === "simulator" ? await startOwnSimulator() : undefined;
  const config = withSimulator(readConfig(PROJECT_DIR), simulator?.url);
  const log = createLog(config.logLevel);
  const { secretKey } = config;
  const gate = config.gateUrl
    ? connectGate(config.gateUrl, { log })
    : createGateChild({ command: await gateCommand(config), environment: withoutSecrets(), log });
  // The gate's process starts up while the rest is loaded, and what is not configured is not loaded at all.
  const { createMetrics } = await import("./metrics/metrics.ts");
  const { createDescriber } = await import("./engines/describer.ts");
  const metrics = createMetrics();
  const cloudPictures = createCloudPictures(metrics, log);
  const local =
    config.local && (await loadLocalEngine()).createLocalEngine({ config: config.local, secretKey, log });
  const cloud =
    config.cloud &&
    (await loadCloudEngine()).createCloudEngine({
      config: config.cloud,
      secretKey,
      log,
      onPictureSent: cloudPictures.onPictureSent,
    });
  const describer = createDescriber({ fieldOfViewDeg: config.fieldOfViewDeg });
  const photoGate = cloudPictures.watch(gate.gate);
  const tracer = config.traces && (await loadTracer()).createOtelTracer(config.traces, log);
  return {
    config,
    settings: toSettings(config),
    metrics,
    tracer,
    log,
    ports: (camera, ownGate = photoGate) => ({ camera, gate: ownGate, local, cloud, describer }),
    gateForStream: () => cloudPictures.watch(gate.forStream()),
    places: toPlaces(config),
    gateReady: (signal) => gate.ready(signal),
    async close() {
      await Promise.all([gate.close(), local?.close(), cloud?.close(), simulator?.close(), tracer?.close()]);
    },
  };
}

async function gateCommand(config: Config): Promise<readonly [string, ...string[]]> {
  const { file, sha256 } = await detectorWeights(PROJECT_DIR, config.modelsDir);
  const detector = ["--model", file, "--sha256", sha256, "--threads", String(config.gateThreads)];
  const provider = ["--provider", config.gateProvider];
  return ownCommand("gate", "--child", "--port", "0", ...detector, ...provider);
}

const loadTracer = () => import("./tracing/otel-tracer.ts");
const loadLocalEngine = () => import("./engines/local-engine.ts");
const loadCloudEngine = () => import("./engines/cloud-engine.ts");

function toSettings(config: Config): TurnSettings {
  const firstTokens = [config.local, config.cloud].map((engine) => engine?.firstTokenMs ?? 0);
  return {
    policy: config.policy,
    privateToCloud: config.privateToCloud,
    systemPrompt: systemPrompt(config.fieldOfViewDeg),
    maxTokens: config.maxAnswerTokens,
    fieldOfViewDeg: config.fieldOfViewDeg,
    verdictDeadlineMs: PHOTO_VERDICT_DEADLINE_MS,
    fallbackAfterMs: config.fallbackAfterMs,
    turnDeadlineMs: Math.max(
      TURN_DEADLINE_MS,
      firstTokens.reduce((sum, ms) => sum + ms, PHOTO_VERDICT_DEADLINE_MS),
    ),
  };
}

function toPlaces({ local, cloud }: Config): Stack["places"] {
  return {
    describer: { name: "describer", model: null, host: HERE },
    ...(local ? { local: { ...placeOf("local", local.url), model: local.model ?? null } } : {}),
    ...(cloud ? { cloud: { ...placeOf("cloud", cloud.url), model: cloud.model ?? null } } : {}),
  };
}

async function startOwnSimulator(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { startSimulator } = await import("../inference/simulator/start.ts");
  return startSimulator({ host: "127.0.0.1", port: 0, profile: "h100-2b" });
}

function withSimulator(config: Config, url: string | undefined): Config {
  if (url === undefined) return config;
  const base = {
    model: undefined,
    apiKey: undefined,
    kind: "vllm",
    firstTokenMs: 1500,
    gapMs: 700,
    totalMs: 20_000,
  } as const;
  return { ...config, cloud: undefined, policy: "local-only", local: { url: `${url}/v1`, ...base } };
}
