import { beforeAll, expect, test } from "vitest";
import { variables } from "../../orchestrator/environment.ts";
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
  livekitMetrics: 16789,
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
  drainMs: { agent: 7_200_000, gateway: 600_000 },
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
  GATE_PROVIDER: "the default",
  AGENT_DRAIN_MS: "the operator's own, or the default",
  NVIDIA_VISIBLE_DEVICES: "its image would take every card",
  GATEWAY_DRAIN_MS: "the operator's own, or the default",
};
/** Arguments of a container that a program of this machine has not. */
const CONTAINERS_ONLY_FLAGS = new Set(["host", "key-file"]);
/** Arguments that differ by where something is. */
const PLACES = new Set(["port", "listen", "state"]);

/** Names of other containers, and places inside of them, as they are called here. */
function here(value: string): string {
  return value
    .replace("//vllm:8000", `//127.0.0.1:${ports.engine}`)
    .replace("//gate:8010", `//127.0.0.1:${ports.gate}`)
    .replace("//livekit:7880", `//127.0.0.1:${ports.livekit}`)
    .replace(/^\/run\/secrets\//, "/secrets/");
}

/** The page's is the operator's; for its metrics each gateway takes another, beside the one that drains. */
const ownPorts = { PORT: String(ports.page), GATEWAY_METRICS_PORT: "0" };

let model: ComposeModel;
beforeAll(async () => {
  model = await loadModel([GPU_FILE, CPU_FILE]);
}, 600_000);

const programOf = (name: string): UpProgram => {
  const found = programs.find((program) => program.name === name);
  if (!found) throw new Error(`no program ${name}`);
  return found;
};
const serviceOf = (name: string): ComposeModel["services"][string] => {
  const found = model.services[name === "simulator" ? "vllm" : name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};
const set = (environment: Readonly<Record<string, string | null | undefined>>) =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value));

/** Arguments such as `--port 8000` or `--port=8000`, by their names. */
function flags(words: readonly string[]): Readonly<Record<string, string>> {
  const split = words.flatMap((word) => (/^--[a-z-]+=/.test(word) ? word.split(/=(.*)/s, 2) : [word]));
  return Object.fromEntries(
    split.flatMap((word, at) => (word.startsWith("--") ? [[word.slice(2), here(split[at + 1] ?? "")]] : [])),
  );
}

test.each(["agent", "gateway", "gate", "simulator", "warm-up"])(
  "%s has the environment of its container",
  (name) => {
    const container = Object.entries(set(serviceOf(name).environment))
      .filter(([variable]) => !(variable in CONTAINERS_ONLY))
      .map(([variable, value]) => [variable, here(value ?? "")]);
    const own = set(programOf(name).environment);
    const { HOST: _, ...program } = own;
    expect(program).toEqual({
      ...Object.fromEntries(container),
      ...(name === "gateway" ? { ...ownPorts, PUBLIC_ORIGINS: site.PUBLIC_ORIGINS } : {}),
    });
  },
);

test("every part of the stack is there, but for what only containers need", () => {
  const parts = Object.keys(model.services).map((name) => (name === "vllm" ? "simulator" : name));
  const started = ["livekit", "prometheus", ...programs.map(({ name }) => name)];
  expect(new Set(parts)).toEqual(new Set([...started.filter((name) => name !== "prometheus"), "weights"]));
});

test.each(["simulator", "warm-up"])("%s has the arguments of its container", (name) => {
  const container = flags(serviceOf(name).command ?? []);
  const { command } = programOf(name);
  const program = flags(command.slice(command.indexOf(name) + 1));
  const [theirs, ours] = [container, program].map((all) =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([flag]) => !CONTAINERS_ONLY_FLAGS.has(flag))
        .map(([flag, value]) => [flag, PLACES.has(flag) ? "" : value]),
    ),
  );
  expect(ours).toEqual(theirs);
});

test("what a container names as the default is the default", () => {
  const named = Object.keys(CONTAINERS_ONLY).filter((name) => CONTAINERS_ONLY[name] === "the default");
  for (const name of named as (keyof typeof variables)[]) {
    const [value] = Object.values(model.services).flatMap(({ environment }) => environment[name] ?? []);
    expect(variables[name].schema.parse(value)).toEqual(variables[name].schema.parse(undefined));
  }
});
