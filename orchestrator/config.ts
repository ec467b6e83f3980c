import { readFileSync } from "node:fs";
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
  /** Folder of the model weights. */
  readonly modelsDir: string;
  /** Folder that is tried for weights and sample pictures before their source; undefined: none. */
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
type Value<N extends Name> = z.output<(typeof variables)[N]["schema"]> | undefined;
export type Environment = Readonly<Record<string, string | undefined>>;

const OPENAI_URL = "https://api.openai.com/v1";

/**
 * Reads the environment once.
 *
 * @throws {ConfigError} that lists every fault, never with a secret's value.
 */
export function readConfig(projectDir: string, environment: Environment = process.env): Config {
  const faults: string[] = [];
  const read = <N extends Name>(name: N): Value<N> => readVariable(name, environment, faults);

  const gapMs = read("TOKEN_GAP_MS") ?? 0;
  const totalMs = read("ANSWER_TOTAL_MS") ?? 0;
  const localUrl = read("LOCAL_ENGINE_URL");
  const local = {
    model: read("LOCAL_ENGINE_MODEL"),
    apiKey: read("LOCAL_ENGINE_API_KEY"),
    kind: read("LOCAL_ENGINE_KIND") ?? "auto",
    firstTokenMs: read("LOCAL_FIRST_TOKEN_MS") ?? 0,
    gapMs,
    totalMs,
  } as const;

  const namedCloudUrl = read("CLOUD_ENGINE_URL");
  const cloudKey = read("CLOUD_ENGINE_API_KEY") ?? (namedCloudUrl ? read("OPENAI_API_KEY") : undefined);
  const cloudUrl = namedCloudUrl ?? (cloudKey ? OPENAI_URL : undefined);
  const cloud = {
    model: read("CLOUD_ENGINE_MODEL"),
    apiKey: cloudKey,
    kind: "openai",
    firstTokenMs: read("CLOUD_FIRST_TOKEN_MS") ?? 0,
    gapMs,
    totalMs,
  } as const;

  const config: Config = {
    local: localUrl ? { url: localUrl, ...local } : undefined,
    cloud: cloudUrl ? { url: cloudUrl, ...cloud } : undefined,
    policy: read("ROUTE_POLICY") ?? (cloudUrl ? "person-local" : "local-only"),
    privateToCloud: read("PRIVATE_TO_CLOUD") ?? "never",
    gateUrl: read("GATE_URL"),
    gateThreads: read("GATE_THREADS") ?? 1,
    modelsDir: read("MODELS_DIR") ?? `${projectDir}/.models`,
    assetsMirror: read("ASSETS_MIRROR"),
    fieldOfViewDeg: read("CAMERA_FOV_DEG") ?? 65,
    maxAnswerTokens: read("MAX_ANSWER_TOKENS") ?? 0,
    contextTokens: read("CONTEXT_TOKENS") ?? 0,
    fallbackAfterMs: {
      local: read("LOCAL_FALLBACK_AFTER_MS") ?? 0,
      cloud: read("CLOUD_FALLBACK_AFTER_MS") ?? 0,
    },
    secretKey: read("SECRET_KEY"),
    logLevel: read("LOG_LEVEL") ?? "warn",
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** An empty value counts as unset; `NAME_FILE` names a file whose trimmed content is the secret. */
function readVariable<N extends Name>(name: N, environment: Environment, faults: string[]): Value<N> {
  const variable: Variable = variables[name];
  let text = environment[name] || undefined;
  const file = variable.secret ? environment[`${name}_FILE`] || undefined : undefined;
  if (file !== undefined && text !== undefined)
    faults.push(`${name}: set together with ${name}_FILE; expected one of them`);
  if (file !== undefined && text === undefined) {
    try {
      text = readFileSync(file, "utf8").trim();
    } catch (error) {
      faults.push(
        `${name}_FILE: cannot read the file (${(error as NodeJS.ErrnoException).code ?? "error"}); expected a readable file`,
      );
      return undefined;
    }
  }
  const parsed =
    text === undefined ? variable.schema.optional().safeParse(text) : variable.schema.safeParse(text);
  if (parsed.success) return parsed.data as Value<N>;
  const got = variable.secret ? `${text?.length ?? 0} characters` : JSON.stringify(text);
  faults.push(`${name}: got ${got}; expected ${expected(variable, parsed.error)}`);
  return undefined;
}

function expected(variable: Variable, error: z.ZodError): string {
  const message = error.issues.map((issue) => issue.message).join(", ");
  return `${message} (${variable.doc.split(". ")[0]?.replace(/\.$/, "") ?? ""})`;
}
