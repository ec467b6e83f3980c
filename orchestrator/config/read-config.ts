import { resolve } from "node:path";
import type { Config, LivekitConfig } from "../config.ts";
import type { Values } from "../environment.ts";
import { type Environment, projectEnvironment } from "./project-environment.ts";
import { speechToText, textToSpeech } from "./speech.ts";
import { readVariables } from "./variables.ts";

const OPENAI_URL = "https://api.openai.com/v1";

/**
 * Reads the environment once. Paths are taken from the project's folder.
 *
 * @throws {ConfigError} that lists every fault, never with a secret's value.
 */
export function readConfig(
  projectDir: string,
  environment: Environment = projectEnvironment(projectDir),
): Config {
  const values = readVariables(environment);
  const { CLOUD_ENGINE_API_KEY: cloudKey, CLOUD_ENGINE_URL: namedCloudUrl } = values;
  const cloudUrl = namedCloudUrl ?? (cloudKey && OPENAI_URL);
  const streamLimits = { gapMs: values.TOKEN_GAP_MS, totalMs: values.ANSWER_TOTAL_MS };
  return {
    local: values.LOCAL_ENGINE_URL
      ? {
          url: values.LOCAL_ENGINE_URL,
          model: values.LOCAL_ENGINE_MODEL,
          apiKey: values.LOCAL_ENGINE_API_KEY,
          kind: values.LOCAL_ENGINE_KIND,
          firstTokenMs: values.LOCAL_FIRST_TOKEN_MS,
          ...streamLimits,
        }
      : undefined,
    cloud: cloudUrl
      ? {
          url: cloudUrl,
          model: values.CLOUD_ENGINE_MODEL,
          apiKey: cloudKey ?? values.OPENAI_API_KEY,
          kind: "openai",
          firstTokenMs: values.CLOUD_FIRST_TOKEN_MS,
          ...streamLimits,
        }
      : undefined,
    policy: values.ROUTE_POLICY ?? (cloudUrl ? "person-local" : "local-only"),
    privateToCloud: values.PRIVATE_TO_CLOUD,
    gateUrl: values.GATE_URL,
    gateThreads: values.GATE_THREADS,
    gateProvider: values.GATE_PROVIDER,
    modelsDir: resolve(projectDir, values.MODELS_DIR ?? ".models"),
    assetsMirror: values.ASSETS_MIRROR && resolve(projectDir, values.ASSETS_MIRROR),
    fieldOfViewDeg: values.CAMERA_FOV_DEG,
    maxAnswerTokens: values.MAX_ANSWER_TOKENS,
    contextTokens: values.CONTEXT_TOKENS,
    localPictures: values.LOCAL_PICTURES,
    fallbackAfterMs: { local: values.LOCAL_FALLBACK_AFTER_MS, cloud: values.CLOUD_FALLBACK_AFTER_MS },
    endpointSilenceMs: values.ENDPOINT_SILENCE_MS,
    personaFile: values.PERSONA_FILE && resolve(projectDir, values.PERSONA_FILE),
    stt: speechToText(values),
    tts: textToSpeech(values),
    voiceFirstAudioMs: values.TTS_FIRST_AUDIO_MS,
    livekit: toLivekit(values),
    agent: {
      name: values.AGENT_NAME,
      processes: values.AGENT_PROCESSES,
      port: values.AGENT_PORT,
      maxCalls: values.AGENT_MAX_CALLS,
      recycleMb: values.AGENT_RECYCLE_MB,
      drainMs: values.AGENT_DRAIN_MS,
    },
    http: {
      host: values.HOST,
      port: values.PORT,
      publicOrigins: values.PUBLIC_ORIGINS,
      accessCode: values.ACCESS_CODE,
      trustedProxies: values.TRUSTED_PROXIES,
      metricsToken: values.METRICS_TOKEN,
      metricsPort: values.GATEWAY_METRICS_PORT,
      tls:
        values.TLS_CERT_FILE && values.TLS_KEY_FILE
          ? {
              certFile: resolve(projectDir, values.TLS_CERT_FILE),
              keyFile: resolve(projectDir, values.TLS_KEY_FILE),
            }
          : undefined,
      drainMs: values.GATEWAY_DRAIN_MS,
    },
    dataDir: resolve(projectDir, values.DATA_DIR ?? ".data"),
    database: values.DATABASE_URL && {
      ...values.DATABASE_URL,
      caFile: values.DATABASE_URL.caFile && resolve(projectDir, values.DATABASE_URL.caFile),
    },
    ledgerRetentionDays: values.LEDGER_RETENTION_DAYS,
    secretKey: values.SECRET_KEY,
    traces: values.OTEL_EXPORTER_OTLP_ENDPOINT
      ? { url: values.OTEL_EXPORTER_OTLP_ENDPOINT, headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {} }
      : undefined,
    logLevel: values.LOG_LEVEL,
  };
}

function toLivekit(values: Values): LivekitConfig | undefined {
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = values;
  if (!url || !apiKey || !apiSecret) return undefined;
  return { url, publicUrl: values.LIVEKIT_PUBLIC_URL ?? url, apiKey, apiSecret };
}
