import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gpuClasses } from "../../inference/vllm/choose-class.ts";
import { readClass } from "../../inference/vllm/read-class.ts";
import { readConfig } from "../../orchestrator/config/read-config.ts";
import { variables, type Variable } from "../../orchestrator/environment.ts";
import { parseImagesLock } from "../../scripts/pin/images-lock.ts";
import {
  CPU_FILE,
  devicesOf,
  GPU_FILE,
  loadModel,
  PROFILES,
  PROJECT,
  SPEECH_CPU_FILE,
  toMs,
} from "./compose-model.ts";
import { type RuleContext, type RuleName, RULES } from "./compose-rules.ts";

const read = (file: string): string => readFileSync(join(PROJECT, file), "utf8");
const context: RuleContext = {
  folder: PROJECT,
  lock: parseImagesLock(read("images.lock.json")),
  version: (JSON.parse(read("package.json")) as { version: string }).version,
  engineDrainS: Math.max(...gpuClasses.map((name) => Number(readClass(name)["shutdown-timeout"]))),
};
const ruleNames = Object.keys(RULES) as RuleName[];
const text = read(GPU_FILE);
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "compose-"));
  // The loader is built here the first time.
  await loadModel([GPU_FILE]);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What is laid over each other. */
const LAID = [[GPU_FILE], [GPU_FILE, SPEECH_CPU_FILE], [GPU_FILE, CPU_FILE, SPEECH_CPU_FILE]];
const sets = LAID.flatMap((files) =>
  [[], ...PROFILES.map((name) => [name]), PROFILES].map((profiles) => ({ files, profiles })),
);

describe.each(sets)("$files with profiles $profiles", ({ files, profiles }) => {
  it("is taken by the real loader, and holds every rule", async () => {
    const model = await loadModel(files, { profiles });
    expect(
      ruleNames.flatMap((name) => RULES[name](model, context).map((fault) => `${name}: ${fault}`)),
    ).toEqual([]);
  });
});

it("has the services of each profile", async () => {
  const named = async (profiles: readonly string[]): Promise<readonly string[]> =>
    Object.keys((await loadModel([GPU_FILE], { profiles })).services).toSorted();
  const always = ["agent", "gate", "gateway", "livekit", "vllm", "warm-up", "weights"];
  expect(await named([])).toEqual(always);
  expect(await named(["speech"])).toEqual([...always, "stt", "tts"].toSorted());
  expect(await named(["turn"])).toEqual([...always, "turn"].toSorted());
  expect(await named(["observability"])).toEqual([...always, "dcgm", "grafana", "prometheus"].toSorted());
});

it("without a GPU is the same topology, and nothing asks for one", async () => {
  const [gpu, cpu] = await Promise.all([
    loadModel([GPU_FILE], { profiles: PROFILES }),
    loadModel([GPU_FILE, CPU_FILE, SPEECH_CPU_FILE], { profiles: PROFILES }),
  ]);
  const shape = ({ services }: typeof gpu) =>
    Object.entries(services).map(([name, { networks, ports, depends_on: needs }]) => [
      name,
      Object.keys(networks),
      ports,
      Object.keys(needs),
    ]);
  // Nobody reads a card that is not there.
  expect(shape(cpu)).toEqual(shape(gpu).filter(([name]) => name !== "dcgm"));
  const targets = cpu.services["prometheus"]?.volumes.find(({ target }) => target.endsWith("/gpu.yml"));
  expect(read(`deploy/${targets?.source.split("/deploy/")[1]}`)).toContain("\n[]\n");
  expect(Object.values(cpu.services).flatMap(devicesOf)).toEqual([]);
  expect(Object.values(gpu.services).flatMap(devicesOf)).toHaveLength(5);
  expect(Object.values(cpu.services).filter(({ read_only: readOnly }) => !readOnly)).toEqual([]);
});

it.each(gpuClasses)("gives vLLM the arguments of class %s", async (name) => {
  const { services } = await loadModel([GPU_FILE], { environment: { GPU_CLASS: name, VLLM_GPU: "GPU-1" } });
  const { command, environment, volumes } = services["vllm"]!;
  expect(command?.join(" ")).toContain('exec vllm serve --config "/classes/${GPU_CLASS}.yaml"');
  expect(environment).toMatchObject({ GPU_CLASS: name, HF_HUB_OFFLINE: "1" });
  const classes = volumes.find(({ target }) => target === "/classes");
  expect(classes?.source).toBe(join(PROJECT, "inference/vllm/classes"));
  expect(read(`inference/vllm/classes/${name}.yaml`)).toContain("model: /models/");
  expect(devicesOf(services["vllm"]!)).toEqual([{ device_ids: ["GPU-1"] }]);
});

describe("gateway and agent", () => {
  /** What they would read, with the secrets where this machine has them. */
  async function settingsOf(name: string, environment: Readonly<Record<string, string>>) {
    const { services } = await loadModel([GPU_FILE], { environment });
    const secrets = join(folder, "secrets");
    mkdirSync(secrets, { recursive: true });
    return Object.fromEntries(
      Object.entries(services[name]!.environment).map(([variable, value]) => {
        const file = /^\/run\/secrets\/(.+)$/.exec(value ?? "")?.[1];
        if (file === undefined) return [variable, value ?? undefined];
        writeFileSync(join(secrets, file), "k".repeat(43));
        return [variable, join(secrets, file)];
      }),
    );
  }

  it.each(["gateway", "agent"])("%s is configured by it", async (name) => {
    const config = readConfig("/app", await settingsOf(name, {}));
    expect(config).toMatchObject({
      local: { url: "http://vllm:8000/v1", model: "vision", kind: "vllm", apiKey: "k".repeat(43) },
      cloud: undefined,
      policy: "local-only",
      gateUrl: "http://gate:8010",
      livekit: { url: "ws://livekit:7880", publicUrl: "ws://livekit:7880" },
      http: { host: "0.0.0.0", metricsToken: "k".repeat(43) },
      secretKey: "k".repeat(43),
    });
  });

  it("take a cloud's key from a file, when there is one", async () => {
    const keyFile = { CLOUD_ENGINE_API_KEY_FILE: "/keys/openai", ROUTE_POLICY: "person-local" };
    const config = readConfig("/app", await settingsOf("agent", keyFile));
    expect(config.cloud).toMatchObject({ url: "https://api.openai.com/v1", apiKey: "k".repeat(43) });
    const { secrets } = await loadModel([GPU_FILE], { environment: keyFile });
    expect(secrets["cloud_engine_api_key"]).toEqual({ file: "/keys/openai" });
  });

  it("know every variable that there is", async () => {
    const own = {
      gateway: ["AGENT_"],
      agent: ["PORT", "PUBLIC_ORIGINS", "TRUSTED_", "ACCESS_CODE", "TLS_", "GATEWAY_"],
    };
    // Set by the image, or of what runs elsewhere.
    const elsewhere = new Set([
      "DATA_DIR",
      "MODELS_DIR",
      "ASSETS_MIRROR",
      "GATE_THREADS",
      "GATE_PROVIDER",
      "OPENAI_API_KEY",
    ]);
    for (const [name, foreign] of Object.entries(own)) {
      const { services } = await loadModel([GPU_FILE]);
      const { environment } = services[name]!;
      const missing = Object.entries<Variable>(variables)
        .map(([variable, { secret }]) => (secret ? `${variable}_FILE` : variable))
        .filter((variable) => !(variable in environment))
        .filter((variable) => !elsewhere.has(variable.replace(/_FILE$/, "")))
        .filter((variable) => !foreign.some((prefix) => variable.startsWith(prefix)));
      expect(missing, name).toEqual([]);
    }
  });
});

it("reads durations", () => {
  expect(["2h2m0s", "1m0s", "15s", "500ms", ""].map(toMs)).toEqual([7_320_000, 60_000, 15_000, 500, 0]);
});

describe("each rule sees what breaks it", () => {
  it("and nothing in a copy that is whole", async () => {
    writeFileSync(join(folder, GPU_FILE), text);
    const model = await loadModel([GPU_FILE], { folder, profiles: PROFILES });
    expect(ruleNames.flatMap((name) => RULES[name](model, { ...context, folder }))).toEqual([]);
  });

  it.each<readonly [RuleName, string, string]>([
    ["networks", "    internal: true", "    internal: false"],
    [
      "networks",
      '    volumes: ["./inference/vllm:/warm-up:ro"]\n    networks: [inner]',
      '    volumes: ["./inference/vllm:/warm-up:ro"]\n    networks: [inner, edge]',
    ],
    ["networks", "networks: [edge]\n    ports:", "networks: [edge, inner]\n    ports:"],
    ["networks", "  vllm:\n    <<: *on-gpu", '  vllm:\n    <<: *on-gpu\n    ports: ["8000:8000"]'],
    ["ports", "${BIND_ADDRESS:-0.0.0.0}:7881:7881/tcp", "0.0.0.0:7880:7880/tcp"],
    ["ports", '"127.0.0.1:${GRAFANA_PORT', '"${GRAFANA_PORT'],
    ["users", 'user: "10001:10001"', 'user: "0:0"'],
    ["users", 'user: "472:0"', "hostname: grafana"],
    ["users", 'user: "10001:10001"', 'user: "1000:1000"'],
    ["privileges", "cap_drop: [ALL]", "cap_drop: []"],
    ["privileges", 'security_opt: ["no-new-privileges:true"]', "security_opt: []"],
    ["privileges", "  read_only: true\n  tmpfs", "  tmpfs"],
    ["privileges", "    mem_limit: 1g", "    mem_limit: 1g\n    cap_add: [NET_ADMIN]"],
    ["privileges", "    mem_limit: 1g", "    mem_limit: 1g\n    privileged: true"],
    ["privileges", "    shm_size: 2g", "    ipc: host"],
    ["limits", "    mem_limit: 256m\n", ""],
    ["limits", "    pids_limit: 4096\n", ""],
    ["restart", "  restart: unless-stopped\n", ""],
    ["logs", 'options: { max-size: 20m, max-file: "5" }', 'options: { max-file: "5" }'],
    ["images", "image: livekit/livekit-server:v1.13.5", "image: livekit/livekit-server:latest"],
    ["images", "v0.31.0@sha256:c1c9", "v0.31.0@sha256:d1c9"],
    ["images", "sightline:${SIGHTLINE_VERSION:-0.1.0}", "sightline:${SIGHTLINE_VERSION:-0.0.9}"],
    ["mounts", '["data:/data"]', '["/var/run/docker.sock:/var/run/docker.sock"]'],
    ["mounts", "./deploy/turn.cfg:/etc/turn.cfg:ro", "./deploy/turn.cfg:/etc/turn.cfg"],
    ["mounts", "./deploy/turn.cfg:/etc", "/etc/turn.cfg:/etc"],
    ["secrets", "METRICS_TOKEN_FILE: /run/secrets/metrics_token", "METRICS_TOKEN: sixteen-and-more"],
    ["secrets", "secrets: [local_engine_api_key]\n    volumes:\n      - ./inf", "volumes:\n      - ./inf"],
    ["secrets", "secrets: [grafana_password]\n", "labels: {}\n"],
    ["secrets", "vllm serve --config", "vllm serve --api-key $(cat /key) --config"],
    ["grace", "    stop_grace_period: 2h2m\n", "    stop_grace_period: 10m\n"],
    ["grace", 'AGENT_DRAIN_MS: "7200000"', 'AGENT_DRAIN_MS: "7300000"'],
    ["grace", 'GATEWAY_DRAIN_MS: "600000"', 'GATEWAY_DRAIN_MS: "655000"'],
    ["grace", '      GATEWAY_DRAIN_MS: "600000"\n', ""],
    ["grace", "    stop_grace_period: 11m\n", "    stop_grace_period: 60s\n"],
    [
      "grace",
      "    stop_signal: SIGUSR1\n    stop_grace_period: 2h2m",
      "    stop_signal: SIGUSR1\n    stop_grace_period: 5m",
    ],
    [
      "grace",
      "    # More than the shutdown-timeout of its class.\n    stop_grace_period: 60s",
      "    stop_grace_period: 10s",
    ],
    ["grace", "    stop_grace_period: 15s\n", ""],
    ["gpu", 'device_ids: ["${VLLM_GPU:-0}"]', "count: all"],
    ["gpu", 'device_ids: ["${GATE_GPU:-0}"]', 'device_ids: ["0", "1"]'],
    [
      "gpu",
      "  livekit:\n    <<: *guarded",
      "  livekit:\n    <<: *guarded\n    gpus: [{ device_ids: ['0'] }]",
    ],
    ["gpu", "      NVIDIA_REQUIRE_CUDA: *any-cuda-12\n", ""],
    ["engineLast", "      gate: { condition: service_healthy }\n      stt:", "      stt:"],
    ["engineLast", "      tts: { condition: service_healthy, required: false }\n", ""],
    [
      "health",
      "    healthcheck:\n      test: [CMD, nc,",
      "    healthcheck:\n      disable: true\n      test: [CMD, nc,",
    ],
    ["health", "warm-up: { condition: service_healthy }", "warm-up: { condition: service_started }"],
    ["health", "      warm-up: { condition: service_healthy }\n", ""],
    ["health", "service_healthy, restart: true", "service_healthy"],
    ["heap", "--max-old-space-size=1536", "--max-old-space-size=1537"],
    ["heap", "AGENT_PROCESSES: ${AGENT_PROCESSES:-1}", "AGENT_PROCESSES: ${AGENT_PROCESSES:-2}"],
  ])("%s (%#)", async (name, from, to) => {
    expect(text, from).toContain(from);
    // A function, so that a dollar means itself.
    writeFileSync(
      join(folder, GPU_FILE),
      text.replace(from, () => to),
    );
    const model = await loadModel([GPU_FILE], { folder, profiles: PROFILES });
    expect(RULES[name](model, { ...context, folder })).not.toEqual([]);
  });

  it.each([
    ["an unknown key", "    pids_limit: 4096", "    pid_limit: 4096", /pid_limit/],
    ["a network that is not there", "networks: [edge, inner]", "networks: [edge, outer]", /outer/],
    ["a secret that is not there", "secrets: [grafana_password]", "secrets: [password]", /password/],
    ["a word for a number", "retries: 3", "retries: often", /retries/],
  ])("and the loader refuses %s", async (_what, from, to, message) => {
    writeFileSync(
      join(folder, GPU_FILE),
      text.replace(from, () => to),
    );
    await expect(loadModel([GPU_FILE], { folder, profiles: PROFILES })).rejects.toThrow(message);
  });
});
