/** Settings that containers do not read, since the compose files say them themselves. */
export const NOT_READ = [
  "AGENT_DRAIN_MS",
  "AGENT_PORT",
  "GATEWAY_DRAIN_MS",
  "GATEWAY_METRICS_PORT",
  "GATE_PROVIDER",
  "GATE_URL",
  "HOST",
  "LIVEKIT_URL",
  "LOCAL_ENGINE_KIND",
  "LOCAL_ENGINE_MODEL",
  "LOCAL_ENGINE_URL",
  "MODELS_DIR",
  "PORT",
  "TRUSTED_PROXIES",
] as const;

/** Those of them that are set all the same. */
export function setButNotRead(settings: Readonly<Record<string, string | undefined>>): readonly string[] {
  return NOT_READ.filter((name) => settings[name] !== undefined && settings[name] !== "");
}
