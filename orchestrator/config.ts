import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { ConfigError } from "./errors.ts";
import { type Variable, type VariableName, type Values, variables } from "./environment.ts";
import { speechToText, textToSpeech, togetherFaults } from "./config/speech.ts";
import type { RoutePolicy, TurnSettings } from "./turn/turn.ts";

/** An engine reached over the OpenAI-compatible chat API. */
export interface EngineConfig {
  /** Base URL without a trailing slash; ends in `/v1`. */
  readonly url: string;
  /** Undefined: the first model that the server lists. */
  readonly model: string | undefined;
  readonly apiKey: string | undefined;
  /** `auto`: asked from `/v1/models`; vLLM's own request fields go only to a vLLM. */
  readonly kind: "auto" | "vllm" | "openai";
  /** Hard limit from request to first token. */
  readonly firstTokenMs: number;
  /** Longest wait between two data events. */
  readonly gapMs: number;
  /** Longest whole stream. */
  readonly totalMs: number;
}

export type SttName = "deepgram" | "deepgram-flux" | "assemblyai" | "openai" | "openai-realtime";
export type TtsName = "elevenlabs" | "openai" | "espeak";

/** One speech service. What a service has no use for is undefined. */
export interface SpeechServiceConfig<Name> {
  readonly name: Name;
  /** Base URL without a trailing slash; undefined: the service's own cloud, or a program on this machine. */
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  readonly voice: string | undefined;
}

export interface LivekitConfig {
  /** As the agent reaches the server. */
  readonly url: string;
  /** As a caller's device reaches it. */
  readonly publicUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface AgentConfig {
  /** VariableName by which calls are dispatched. */
  readonly name: string;
  readonly processes: number;
  /** Of metrics and probes; 0: any free one. */
  readonly port: number;
  /** Calls that one process takes at most. */
  readonly maxCalls: number;
  /** Resident memory in MB beyond which a process takes no new call. */
  readonly recycleMb: number;
  /** How long running calls go on after SIGTERM. */
  readonly drainMs: number;
}

export interface TracesConfig {
  /** Base address of an OTLP collector over HTTP; `/v1/traces` is added. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Undefined: loopback at `port`. */
  readonly publicOrigins: readonly string[] | undefined;
  readonly accessCode: string | undefined;
  /** Addresses and ranges of reverse proxies. */
  readonly trustedProxies: readonly string[];
  /** Undefined: the metrics are for this machine alone. */
  readonly metricsToken: string | undefined;
  /** PEM files, absolute. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
}

export interface Config {
  readonly local: EngineConfig | undefined;
  readonly cloud: EngineConfig | undefined;
  readonly policy: RoutePolicy;
  readonly privateToCloud: TurnSettings["privateToCloud"];
  /** Undefined: the gate runs as a child process. */
  readonly gateUrl: string | undefined;
  /** Inference threads of a gate child. */
  readonly gateThreads: number;
  /** Folder of the model weights, absolute. */
  readonly modelsDir: string;
  /** Folder that is tried for weights and sample pictures before their source, absolute; undefined: not named. */
  readonly assetsMirror: string | undefined;
  readonly fieldOfViewDeg: number;
  readonly maxAnswerTokens: number;
  /** Prompt tokens of a conversation at which old pictures give way to their descriptions. */
  readonly contextTokens: number;
  /** Pictures of the past that a prompt of the local engine shows at most. */
  readonly localPictures: number;
  readonly fallbackAfterMs: { readonly local: number; readonly cloud: number };
  /** Silence after which a turn is over, in milliseconds. */
  readonly endpointSilenceMs: number;
  /** Absolute; undefined: the vision assistant. */
  readonly personaFile: string | undefined;
  /** Speech recognisers, first to last resort. */
  readonly stt: readonly SpeechServiceConfig<SttName>[];
  /** Voices, first to last resort; espeak is left out at start when espeak-ng is not there. */
  readonly tts: readonly SpeechServiceConfig<TtsName>[];
  /** Without a voice's first audio by then, the next voice says it. */
  readonly voiceFirstAudioMs: number;
  /** Undefined: no LiveKit server is named. */
  readonly livekit: LivekitConfig | undefined;
  readonly agent: AgentConfig;
  readonly http: HttpConfig;
  /** Folder of the ledger and the running calls, absolute. */
  readonly dataDir: string;
  readonly ledgerRetentionDays: number;
  /** Purpose keys are derived from it; undefined: a random one for the life of the process. */
  readonly secretKey: string | undefined;
  /** Undefined: no traces. */
  readonly traces: TracesConfig | undefined;
  readonly logLevel: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

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
      tls:
        values.TLS_CERT_FILE && values.TLS_KEY_FILE
          ? {
              certFile: resolve(projectDir, values.TLS_CERT_FILE),
              keyFile: resolve(projectDir, values.TLS_KEY_FILE),
            }
          : undefined,
    },
    dataDir: resolve(projectDir, values.DATA_DIR ?? ".data"),
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

/** What `.env` in the project's folder says, overruled by the environment. */
export function projectEnvironment(projectDir: string, environment: Environment = process.env): Environment {
  const path = join(projectDir, ".env");
  try {
    return { ...parseEnv(readFileSync(path, "utf8")), ...environment };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return environment;
    throw new ConfigError([`.env: cannot be read (${codeOf(error)}); expected a readable file or none`]);
  }
}

function readVariables(environment: Environment): Values {
  const faults: string[] = [];
  const values: Partial<Record<VariableName, unknown>> = {};
  // A stray key of another tool is none of our business, so its faults are not either.
  const unread = hasValue("CLOUD_ENGINE_URL", environment) ? undefined : "OPENAI_API_KEY";
  for (const name of Object.keys(variables) as VariableName[]) {
    if (name !== unread) values[name] = readVariable(name, environment, faults);
  }
  const together = faults.length === 0 ? togetherFaults(values as Values) : [];
  if (faults.length + together.length > 0) throw new ConfigError([...faults, ...together]);
  return values as Values;
}

/** The environment for a child process that has no use for a secret. */
export function withoutSecrets(environment: Environment = process.env): Environment {
  const secrets = new Set(
    Object.entries<Variable>(variables).flatMap(([name, { secret }]) =>
      secret ? [name, `${name}_FILE`] : [],
    ),
  );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secrets.has(name)));
}

/** An empty value counts as unset; `NAME_FILE` names a file whose trimmed content is the secret. */
function readVariable(name: VariableName, environment: Environment, faults: string[]): unknown {
  const variable: Variable = variables[name];
  let text = environment[name]?.trim() || undefined;
  const file = variable.secret && environment[`${name}_FILE`]?.trim();
  if (file && text !== undefined) {
    faults.push(`${name}: set together with ${name}_FILE; expected one of them`);
  } else if (file) {
    try {
      text = readFileSync(file, "utf8").trim();
    } catch (error) {
      faults.push(`${name}_FILE: cannot read the file (${codeOf(error)}); expected a readable file`);
      return undefined;
    }
  }
  const parsed = variable.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const got = variable.secret ? `${text?.length ?? 0} characters` : shown(text ?? "");
  faults.push(`${name}: got ${got}; expected ${variable.expected}`);
  return undefined;
}

function hasValue(name: VariableName, environment: Environment): boolean {
  return (environment[name]?.trim() ?? "") !== "";
}

/** A value as a message may show it: whatever could be a key in the wrong place is left out. */
function shown(text: string): string {
  const plain = text
    .replace(/\/\/[^/]*@/, "//…@")
    .replace(/[?#].*$/, "?…")
    .replace(/\b(sk|hf|key)[-_][\w-]{8,}/gi, "$1-…");
  return JSON.stringify(plain.length > 80 ? `${plain.slice(0, 80)}…` : plain);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown fault";
}
