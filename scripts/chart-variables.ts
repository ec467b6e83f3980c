import { type Variable, variables } from "../orchestrator/environment.ts";

/** What the chart sets by itself, or what makes no sense in a cluster: not for its value `config`. */
const OWN = new Set([
  "ASSETS_MIRROR",
  "AGENT_DRAIN_MS",
  "AGENT_MAX_CALLS",
  "AGENT_PORT",
  "AGENT_PROCESSES",
  "DATABASE_URL",
  "DATA_DIR",
  "GATEWAY_DRAIN_MS",
  "GATEWAY_METRICS_PORT",
  "GATE_PROVIDER",
  "GATE_THREADS",
  "HOST",
  "LIVEKIT_API_KEY",
  "LIVEKIT_PUBLIC_URL",
  "LIVEKIT_URL",
  "MODELS_DIR",
  "PORT",
  "PUBLIC_ORIGINS",
  "TLS_CERT_FILE",
  "TLS_KEY_FILE",
  "TRUSTED_PROXIES",
]);

/** Keys that every Secret of the chart has. */
const REQUIRED = new Set(["SECRET_KEY", "ACCESS_CODE", "METRICS_TOKEN", "LIVEKIT_API_SECRET"]);

/** The two lists of variables in the chart's values.schema.json. */
export function chartVariables(): {
  /** Keys of the value `config`. */
  readonly setting: readonly string[];
  /** Items of the value `secrets.optional`. */
  readonly optionalSecret: readonly string[];
} {
  const all = Object.entries<Variable>(variables);
  return {
    setting: all.flatMap(([name, { secret }]) => (secret || OWN.has(name) ? [] : [name])),
    optionalSecret: all.flatMap(([name, { secret }]) =>
      secret && !REQUIRED.has(name) && !OWN.has(name) ? [name] : [],
    ),
  };
}
