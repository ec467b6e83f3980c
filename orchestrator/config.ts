import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import type { z } from "zod";
import { ConfigError } from "./errors.ts";
import { type Variable, variables } from "./environment.ts";
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
  readonly fallbackAfterMs: { readonly local: number; readonly cloud: number };
  /** Purpose keys are derived from it; undefined: a random one for the life of the process. */
  readonly secretKey: string | undefined;
  readonly logLevel: string;
}

type Name = keyof typeof variables;
type Values = { readonly [N in Name]: z.output<(typeof variables)[N]["schema"]> };
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
    fallbackAfterMs: { local: values.LOCAL_FALLBACK_AFTER_MS, cloud: values.CLOUD_FALLBACK_AFTER_MS },
    secretKey: values.SECRET_KEY,
    logLevel: values.LOG_LEVEL,
  };
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
  const values: Partial<Record<Name, unknown>> = {};
  // A stray key of another tool is none of our business, so its faults are not either.
  const unread = hasValue("CLOUD_ENGINE_URL", environment) ? undefined : "OPENAI_API_KEY";
  for (const name of Object.keys(variables) as Name[]) {
    if (name !== unread) values[name] = readVariable(name, environment, faults);
  }
  if (faults.length > 0) throw new ConfigError(faults);
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
function readVariable(name: Name, environment: Environment, faults: string[]): unknown {
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

function hasValue(name: Name, environment: Environment): boolean {
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
