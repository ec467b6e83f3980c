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

/** Recognisers that have a cloud of their own, which is meant when no address is named. */
export type CloudSttName = "deepgram" | "deepgram-flux" | "assemblyai";
export type SttName = CloudSttName | "openai" | "openai-realtime";
/** Voices that have a cloud of their own. */
export type CloudTtsName = "elevenlabs";
export type TtsName = CloudTtsName | "openai" | "espeak";

/** One speech service. What a service has no use for is undefined. */
export type SpeechServiceConfig<Name extends SttName | TtsName> = Name extends unknown
  ? {
      readonly name: Name;
      readonly url: SpeechUrl<Name>;
      readonly apiKey: string | undefined;
      readonly model: string | undefined;
      readonly voice: string | undefined;
      /** Of raw PCM that does not say it, in samples a second; undefined: the protocol's own. */
      readonly sampleRate?: number | undefined;
    }
  : never;

/**
 * Base URL without a trailing slash. Undefined: the service's own cloud, or a program on this machine.
 * Whatever speaks OpenAI's API is at a named address: nothing is sent to a cloud by a key alone.
 */
type SpeechUrl<Name extends SttName | TtsName> = Name extends CloudSttName | CloudTtsName
  ? string | undefined
  : Name extends "espeak"
    ? undefined
    : string;

export interface LivekitConfig {
  /** As the agent reaches the server, `ws` or `wss`. */
  readonly url: string;
  /** As a caller's device reaches it, `ws` or `wss`. */
  readonly publicUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface AgentConfig {
  /** Name by which calls are dispatched. */
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

/** A PostgreSQL server and the database on it. */
export interface DatabaseConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** How the server's certificate is checked, in libpq's words; `disable`: no TLS. */
  readonly tls: "disable" | "require" | "verify-ca" | "verify-full";
  /** Authorities, PEM, absolute; undefined: those that Node knows. */
  readonly caFile: string | undefined;
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
  /** Of metrics and probes, besides `port`; 0: any free one; undefined: none of its own. */
  readonly metricsPort: number | undefined;
  /** PEM files, absolute. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** How long answers and the signalling of calls go on after SIGTERM. */
  readonly drainMs: number;
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
  /** Where the gate's detector runs. */
  readonly gateProvider: "cpu" | "cuda";
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
  /** Has ledger and running calls instead of that folder. */
  readonly database: DatabaseConfig | undefined;
  readonly ledgerRetentionDays: number;
  /** Purpose keys are derived from it; undefined: a random one for the life of the process. */
  readonly secretKey: string | undefined;
  /** Undefined: no traces. */
  readonly traces: TracesConfig | undefined;
  readonly logLevel: string;
}
