import { ownCommand } from "../project.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Ports of loopback, but for the page's. */
export interface UpPorts {
  readonly page: number;
  readonly agent: number;
  readonly gate: number;
  readonly engine: number;
  readonly livekit: number;
  readonly media: number;
  /** Undefined: the server tells nobody its metrics. */
  readonly livekitMetrics: number | undefined;
  readonly warmUp: number;
  readonly prometheus: number;
}

/** A program of the stack, as a process of this machine. */
export interface UpProgram {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly environment: Environment;
  /** Where others find it. */
  readonly address: string;
  /** Answers 200 once it works. */
  readonly ready: string;
  /** Others do their work, with less, while it does not. */
  readonly optional: boolean;
  /** The programs after it are started once it works. */
  readonly awaited?: true;
  /** It waits for calls when asked to end, together with the others that do. */
  readonly drains?: true;
  /** How long it may take to end when asked to. */
  readonly graceMs: number;
}

export interface ProgramsOptions {
  readonly ports: UpPorts;
  /** What the operator has set, secrets too. */
  readonly operator: Environment;
  /** The same without secrets, for what needs none. */
  readonly withoutSecrets: Environment;
  /** Files of the secrets, by their variables. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly livekitKey: string;
  /** What makes the page answer at its address, such as its certificate. */
  readonly site: Environment;
  /** Words for `sightline simulator`. */
  readonly simulator: readonly string[];
  /** How long running calls, and their signalling, go on when they are asked to end. */
  readonly drainMs: { readonly agent: number; readonly gateway: number };
  /** Path of the interpreter; undefined: there is none, and nobody asks the engine whether it understands. */
  readonly python: string | undefined;
  /** The project's `inference/vllm/warm_up.py`, and what it keeps. */
  readonly warmUp: { readonly program: string; readonly state: string };
  /** Undefined: there is no such program here. */
  readonly prometheus:
    | { readonly program: string; readonly config: string; readonly data: string }
    | undefined;
}

/** Those that agent and gateway need. */
const SECRETS = ["SECRET_KEY", "LIVEKIT_API_SECRET", "METRICS_TOKEN", "LOCAL_ENGINE_API_KEY"] as const;
/** As vLLM is run: answers that are under way are finished. */
const ENGINE_DRAIN_S = 20;
/** The card whose times the simulator takes. */
const ENGINE_PROFILE = "l40s-2b";
const GRACE_MS = 5000;
/** From the end of what counts to the scrape of its counts. */
const SCRAPE_MS = 20_000;
/** Beyond the drain: the sentence, the goodbye, and leaving the room. */
const AGENT_GRACE_MS = 25_000 + SCRAPE_MS;

/** The programs in the order in which they are started; LiveKit is another matter. */
export function upPrograms(options: ProgramsOptions): readonly UpProgram[] {
  const { ports, operator, withoutSecrets } = options;
  const at = (port: number, path = ""): string => `http://127.0.0.1:${port}${path}`;
  const shared = sharedEnvironment(options);
  const scheme = options.site["TLS_CERT_FILE"] ? "https" : "http";
  return [
    {
      name: "gate",
      command: ownCommand("gate", "--port", String(ports.gate)),
      environment: { ...withoutSecrets, LOG_LEVEL: shared.LOG_LEVEL },
      address: at(ports.gate),
      ready: at(ports.gate, "/health"),
      // Without it no picture leaves this machine.
      optional: true,
      graceMs: GRACE_MS,
    },
    {
      name: "simulator",
      command: ownCommand(
        "simulator",
        `--port=${ports.engine}`,
        `--profile=${operator["SIMULATOR_PROFILE"] || ENGINE_PROFILE}`,
        `--shutdown-timeout=${ENGINE_DRAIN_S}`,
        ...options.simulator,
      ),
      environment: withoutSecrets,
      address: at(ports.engine, "/v1"),
      ready: at(ports.engine, "/health"),
      optional: false,
      graceMs: ENGINE_DRAIN_S * 1000 + GRACE_MS,
    },
    ...(options.python === undefined ? [] : [warmUp(options.python, options)]),
    {
      name: "agent",
      command: ownCommand("agent"),
      environment: { ...shared, AGENT_PORT: String(ports.agent) },
      address: at(ports.agent),
      ready: at(ports.agent, "/readyz"),
      optional: false,
      drains: true,
      graceMs: options.drainMs.agent + AGENT_GRACE_MS,
    },
    {
      name: "gateway",
      command: ownCommand("gateway"),
      // Any free one, which it tells: the next one listens while this one drains.
      environment: { ...shared, PORT: String(ports.page), GATEWAY_METRICS_PORT: "0", ...options.site },
      address: `${scheme}://localhost:${ports.page}`,
      ready: `${scheme}://localhost:${ports.page}/readyz`,
      optional: false,
      drains: true,
      graceMs: options.drainMs.gateway + GRACE_MS + SCRAPE_MS,
    },
    ...(options.prometheus ? [prometheus(options.prometheus, ports.prometheus, withoutSecrets)] : []),
  ];
}

/** What agent and gateway have in common: where the others are, and the secrets as files. */
function sharedEnvironment({ ports, operator, secrets, livekitKey }: ProgramsOptions) {
  const files = SECRETS.map((variable) => [
    [`${variable}_FILE`, secrets[variable]],
    [variable, undefined],
  ]);
  return {
    ...operator,
    ...Object.fromEntries(files.flat()),
    LOG_LEVEL: operator["LOG_LEVEL"] || "info",
    GATE_URL: `http://127.0.0.1:${ports.gate}`,
    LOCAL_ENGINE_URL: `http://127.0.0.1:${ports.engine}/v1`,
    LOCAL_ENGINE_MODEL: "vision",
    LOCAL_ENGINE_KIND: "vllm",
    LIVEKIT_URL: `ws://127.0.0.1:${ports.livekit}`,
    LIVEKIT_API_KEY: livekitKey,
  };
}

/** Calls are taken once the engine was heard to understand. */
function warmUp(
  python: string,
  { ports, warmUp: { program, state }, withoutSecrets }: ProgramsOptions,
): UpProgram {
  const listen = `127.0.0.1:${ports.warmUp}`;
  const engine = `http://127.0.0.1:${ports.engine}`;
  return {
    name: "warm-up",
    command: [python, program, "watch", "--engine", engine, "--listen", listen, "--state", state],
    environment: withoutSecrets,
    address: `http://${listen}`,
    ready: `http://${listen}/readyz`,
    optional: false,
    awaited: true,
    graceMs: GRACE_MS,
  };
}

function prometheus(
  { program, config, data }: NonNullable<ProgramsOptions["prometheus"]>,
  port: number,
  environment: Environment,
): UpProgram {
  return {
    name: "prometheus",
    command: [
      program,
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    environment,
    address: `http://127.0.0.1:${port}`,
    ready: `http://127.0.0.1:${port}/-/ready`,
    optional: true,
    graceMs: GRACE_MS,
  };
}
