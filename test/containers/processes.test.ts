import { beforeAll, expect, test } from "vitest";
import { type UpProgram, upPrograms } from "../../orchestrator/up/programs.ts";
import { CPU_FILE, type ComposeModel, GPU_FILE, loadModel } from "./compose-model.ts";

// Without containers the programs are started with what the compose file gives them.

const ports = {
  page: 8443,
  agent: 8011,
  gate: 18010,
  engine: 18000,
  livekit: 17880,
  media: 17882,
  warmUp: 18020,
  prometheus: 19090,
};
const secrets = Object.fromEntries(
  ["SECRET_KEY", "LIVEKIT_API_SECRET", "METRICS_TOKEN", "LOCAL_ENGINE_API_KEY", "ACCESS_CODE"].map((name) => [
    name,
    `/secrets/${name.toLowerCase()}`,
  ]),
);
const site = {
  HOST: "127.0.0.1",
  PUBLIC_ORIGINS: "https://localhost:8443",
  TLS_CERT_FILE: "/secrets/tls_cert",
  TLS_KEY_FILE: "/secrets/tls_key",
  ACCESS_CODE_FILE: "/secrets/access_code",
};
const programs = upPrograms({
  ports,
  operator: {},
  withoutSecrets: {},
  secrets,
  livekitKey: "sightline",
  site,
  simulator: [],
  drainMs: 7_200_000,
  python: "/usr/bin/python3",
  warmUp: { program: "warm_up.py", state: "state.json" },
  prometheus: undefined,
});

/** What a container has and a program of this machine has not, and why. */
const CONTAINERS_ONLY: Readonly<Record<string, string>> = {
  HOST: "all addresses of its own network; here loopback is the default",
  NODE_OPTIONS: "its heap has to fit its memory limit",
  TRUSTED_PROXIES: "there is no proxy before the gateway",
  AGENT_PROCESSES: "the default",
  AGENT_DRAIN_MS: "the operator's own, or the default",
};

/** Names of other containers, and places inside of them, as they are called here. */
function here(value: string): string {
  return value
    .replace("//vllm:8000", `//127.0.0.1:${ports.engine}`)
    .replace("//gate:8010", `//127.0.0.1:${ports.gate}`)
    .replace("//livekit:7880", `//127.0.0.1:${ports.livekit}`)
    .replace(/^\/run\/secrets\//, "/secrets/");
}

let model: ComposeModel;
beforeAll(async () => {
  model = await loadModel([GPU_FILE, CPU_FILE]);
}, 600_000);

const programOf = (name: string): UpProgram => {
  const found = programs.find((program) => program.name === name);
  if (!found) throw new Error(`no program ${name}`);
  return found;
};
const set = (environment: Readonly<Record<string, string | null | undefined>>) =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value));

test.each(["agent", "gateway"])("%s has the environment of its container", (name) => {
  const container = Object.entries(set(model.services[name]?.environment ?? {}))
    .filter(([variable]) => !(variable in CONTAINERS_ONLY))
    .map(([variable, value]) => [variable, here(value ?? "")]);
  const own = set(programOf(name).environment);
  const { HOST: _, ...program } = own;
  expect(program).toEqual({
    ...Object.fromEntries(container),
    ...(name === "gateway" ? { PORT: String(ports.page), PUBLIC_ORIGINS: site.PUBLIC_ORIGINS } : {}),
  });
});

test("every part of the stack is there, but for what only containers need", () => {
  const parts = Object.keys(model.services).map((name) => (name === "vllm" ? "simulator" : name));
  const started = ["livekit", "prometheus", ...programs.map(({ name }) => name)];
  expect(new Set(parts)).toEqual(new Set([...started.filter((name) => name !== "prometheus"), "weights"]));
});

test("the engine drains for as long as its container's", () => {
  const timeout = model.services["vllm"]?.command?.join(" ") ?? "";
  const [, seconds] = /--shutdown-timeout (\d+)/.exec(timeout) ?? [];
  expect(programOf("simulator").command).toContain(`--shutdown-timeout=${seconds}`);
});
