import type { ImagesLock } from "../../scripts/pin/images-lock.ts";
import { toReference } from "../../scripts/pin/images-lock.ts";
import { type ComposeModel, type ComposeService, devicesOf, toMs } from "./compose-model.ts";

export interface RuleContext {
  /** Folder of the compose files. */
  readonly folder: string;
  readonly lock: ImagesLock;
  /** Of package.json. */
  readonly version: string;
  /** Longest shutdown-timeout of the engine's classes, in seconds. */
  readonly engineDrainS: number;
}

/** What is wrong with a model, one sentence each; empty when the rule holds. */
export type Rule = (model: ComposeModel, context: RuleContext) => readonly string[];

/** One that ends when its work is done. */
const ONE_SHOT = "weights";
const ON_EDGE: ReadonlySet<string> = new Set([
  "gateway",
  "agent",
  "livekit",
  "turn",
  "prometheus",
  "grafana",
  ONE_SHOT,
]);
const PUBLIC: ReadonlySet<string> = new Set([
  "gateway 8443/tcp",
  "livekit 7881/tcp",
  "livekit 7882/udp",
  "livekit 3478/udp",
  "turn 443/tcp",
]);
const ON_GPU: ReadonlySet<string> = new Set(["gate", "vllm", "stt", "tts", "dcgm"]);
/** Who takes memory of the engine's card, and has to have it before the engine measures what is left. */
const BEFORE_ENGINE = ["gate", "stt", "tts"];
/** Reads every card that the others use. */
const CARD_READER = "dcgm";
const SECRET_NAME = /(KEY|SECRET|TOKEN|PASSWORD|CODE|HEADERS)$/;
/** A name, not a secret. */
const NO_SECRET = new Set(["LIVEKIT_API_KEY"]);

/** A rule that looks at each service by itself. */
function each(
  look: (service: ComposeService, name: string, context: RuleContext) => readonly string[],
): Rule {
  return ({ services }, context) =>
    Object.entries(services).flatMap(([name, service]) =>
      look(service, name, context).map((fault) => `${name}: ${fault}`),
    );
}

const when = (fault: boolean, sentence: string): readonly string[] => (fault ? [sentence] : []);

export const RULES = {
  networks: ({ services, networks }) => [
    ...when(Object.keys(networks).toSorted().join() !== "edge,inner", "networks other than edge and inner"),
    ...when(networks["inner"]?.internal !== true, "inner has a way out"),
    ...when(networks["edge"]?.internal === true, "edge has no way out"),
    ...when(
      Object.keys(services["livekit"]?.networks ?? {}).join() !== "edge",
      "livekit: may take media where no caller reaches it",
    ),
    ...Object.entries(services).flatMap(([name, service]) => [
      ...when(service.network_mode !== undefined, `${name}: has a network mode`),
      ...when(Object.keys(service.networks).length === 0, `${name}: is in no named network`),
      ...when("edge" in service.networks && !ON_EDGE.has(name), `${name}: is on edge`),
      ...when(service.ports.length > 0 && !("edge" in service.networks), `${name}: publishes without edge`),
    ]),
  ],

  ports: ({ services }) => {
    const open = Object.entries(services).flatMap(([name, { ports }]) =>
      ports
        .filter(({ host_ip: ip }) => ip !== "127.0.0.1")
        .map(({ published, protocol }) => `${name} ${published}/${protocol}`),
    );
    return open.filter((port) => !PUBLIC.has(port)).map((port) => `${port}: is open to others`);
  },

  users: each(({ user, image }) => [
    ...when(!/^[1-9]\d*(:\d+)?$/.test(user), `user ${user || "of the image"}`),
    ...when(image.startsWith("sightline") && user !== "10001:10001", `user ${user}; expected 10001`),
  ]),

  privileges: each((service) => [
    ...when(!service.cap_drop.includes("ALL") || service.cap_add.length > 0, "has capabilities"),
    ...when(service.privileged, "is privileged"),
    ...when(!service.security_opt.includes("no-new-privileges:true"), "may gain privileges"),
    ...when(!service.read_only && devicesOf(service).length === 0, "can write its root file system"),
    ...["pid", "ipc", "userns_mode", "devices"].flatMap((key) => when(key in service, `has ${key}`)),
  ]),

  limits: each((service) => [
    ...when(!(service.mem_limit > 0), "has no memory limit"),
    ...when(!(service.pids_limit > 0), "has no limit of processes"),
  ]),

  restart: each(({ restart }, name) =>
    when(
      restart !== (name === ONE_SHOT ? "on-failure:3" : "unless-stopped"),
      `restart ${restart || "unset"}`,
    ),
  ),

  logs: each(({ logging }) =>
    when(!logging?.options["max-size"] || !logging.options["max-file"], "logs grow without end"),
  ),

  images: each(({ image, build }, _name, { lock, version }) => {
    if (build !== undefined) {
      return when(
        !new RegExp(`^sightline(-gate)?:${version}(-cpu|-cuda)?$`).test(image),
        `is called ${image}`,
      );
    }
    return when(!lock.images.some((one) => toReference(one) === image), `${image} is not what the lock says`);
  }),

  mounts: each(({ volumes }, _name, { folder }) =>
    volumes.flatMap(({ type, source, read_only: readOnly }) => [
      ...when(/docker\.sock/.test(source), "has Docker's socket"),
      ...when(type === "bind" && !source.startsWith(`${folder}/`), `mounts ${source} of the machine`),
      ...when(type === "bind" && !readOnly, `can write ${source}`),
    ]),
  ),

  secrets: (model) => [
    ...Object.entries(model.secrets)
      .filter(([, { file }]) => file === "")
      .map(([name]) => `secret ${name}: is no file`),
    ...each(({ environment, secrets, command, entrypoint, healthcheck }) => {
      const words = [...(command ?? []), ...(entrypoint ?? []), ...(healthcheck?.test ?? [])];
      const mounted = new Set(secrets.map(({ source, target }) => target.split("/").at(-1) || source));
      const files = [...words, ...Object.values(environment)].flatMap((word) =>
        [...(word ?? "").matchAll(/\/run\/secrets\/([\w.-]+)/g)].map(([, file = ""]) => file),
      );
      return [
        ...Object.entries(environment)
          .filter(([name, value]) => Boolean(value) && SECRET_NAME.test(name) && !NO_SECRET.has(name))
          .map(([name]) => `${name} stands in the environment`),
        ...files.filter((file) => !mounted.has(file)).map((file) => `${file} is not mounted`),
        ...when(
          words.some((word) => /--(api-key|password|secret)[= ]\S/.test(word)),
          "has a secret among its arguments",
        ),
      ];
    })(model, {} as RuleContext),
  ],

  grace: ({ services }, { engineDrainS }) => {
    const graceMs = (name: string): number => toMs(services[name]?.stop_grace_period ?? "");
    const drainMs = (name: string, variable: string): number =>
      Number(services[name]?.environment[variable] ?? Number.NaN);
    return [
      ...Object.keys(services).flatMap((name) =>
        when(name !== ONE_SHOT && graceMs(name) === 0, `${name}: has no time to end`),
      ),
      ...when(
        !(graceMs("agent") >= drainMs("agent", "AGENT_DRAIN_MS") + 60_000),
        "agent: is killed before its calls have ended",
      ),
      ...when(
        graceMs("livekit") < graceMs("agent"),
        "livekit: is killed before the agent's calls have ended",
      ),
      ...when(graceMs("vllm") <= engineDrainS * 1000, "vllm: is killed before its answers have ended"),
      ...when(
        !(graceMs("gateway") >= drainMs("gateway", "GATEWAY_DRAIN_MS") + 10_000),
        "gateway: is killed before its answers and signalling have ended",
      ),
      ...when(
        "turn" in services && graceMs("turn") < graceMs("gateway"),
        "turn: is killed before the gateway's signalling has ended",
      ),
    ];
  },

  gpu: each((service, name) => {
    const devices = devicesOf(service);
    return [
      ...when(devices.length > 0 && !ON_GPU.has(name), "has a GPU"),
      ...devices.flatMap(({ count, device_ids: ids }) => [
        ...when(count !== undefined, "takes GPUs by number"),
        ...when(ids.length === 0 || ids.includes(""), "names no GPU"),
        ...when(ids.length > 1 && name !== CARD_READER, "names more than one GPU"),
      ]),
      ...when("gpus" in service || "runtime" in service, "takes GPUs by another way"),
      ...when(
        devices.length > 0 &&
          service.build === undefined &&
          name !== CARD_READER &&
          service.environment["NVIDIA_REQUIRE_CUDA"] !== "cuda>=12.0",
        "refuses drivers that it runs with",
      ),
    ];
  }),

  engineLast: ({ services }) =>
    BEFORE_ENGINE.filter((name) => name in services && !(name in (services["vllm"]?.depends_on ?? {}))).map(
      (name) => `vllm: measures the card before ${name} has its share`,
    ),

  health: (model) => {
    const { services } = model;
    return [
      ...each(({ healthcheck }, name) => {
        if (name === ONE_SHOT) return [];
        const { test = [], interval, timeout, retries, disable } = healthcheck ?? {};
        return when(
          test.length < 2 || test[0] !== "CMD" || !interval || !timeout || !retries || disable === true,
          "has no health check",
        );
      })(model, {} as RuleContext),
      ...Object.entries(services).flatMap(([name, { depends_on: needs }]) =>
        Object.entries(needs).flatMap(([other, { condition }]) =>
          when(
            condition !== (other === ONE_SHOT ? "service_completed_successfully" : "service_healthy"),
            `${name}: does not wait for ${other}`,
          ),
        ),
      ),
      ...when(!("warm-up" in (services["agent"]?.depends_on ?? {})), "agent: does not wait for warm-up"),
      ...when(
        services["warm-up"]?.depends_on["vllm"]?.restart !== true,
        "warm-up: does not begin anew with its engine",
      ),
    ];
  },

  heap: each(({ environment, mem_limit: memory }) => {
    const heapMb = /--max-old-space-size=(\d+)/.exec(environment["NODE_OPTIONS"] ?? "")?.[1];
    if (heapMb === undefined) return [];
    const processes = environment["AGENT_PROCESSES"] ? Number(environment["AGENT_PROCESSES"]) + 1 : 1;
    return when(Number(heapMb) * processes * 2 ** 20 > 0.75 * memory, "has more heap than memory");
  }),
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;
