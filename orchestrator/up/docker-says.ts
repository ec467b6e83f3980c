import type { ProgramRun } from "../assets/run-program.ts";

/** What `docker` is asked, and how its answers go to `toDocker`. */
export const DOCKER_QUESTIONS = {
  info: ["info", "--format", "{{json .}}"],
  compose: ["compose", "version", "--short"],
} as const;

/** Docker on this machine, as far as it answers. */
export interface Docker {
  /** Undefined: the engine does not answer. */
  readonly engine: DockerEngine | undefined;
  /** Why it does not, in its own words; empty when it does. */
  readonly said: string;
  /** Version of the compose plugin, such as 2.40.3; undefined: there is none. */
  readonly compose: string | undefined;
}

export interface DockerEngine {
  readonly version: string;
  /** It can hand a GPU to a container: by the NVIDIA runtime, or by devices that CDI describes. */
  readonly gpus: boolean;
  /** Where it keeps images and volumes. */
  readonly rootDir: string;
}

/** Reads the answers of `docker`. */
export function toDocker(answers: { readonly info: ProgramRun; readonly compose: ProgramRun }): Docker {
  const compose = answers.compose.reason === undefined ? answers.compose.stdout.trim() : "";
  const info = toInfo(answers.info.stdout);
  const version = text(info["ServerVersion"]);
  return {
    engine:
      version === ""
        ? undefined
        : { version, gpus: handsOutGpus(info), rootDir: text(info["DockerRootDir"]) },
    said: version === "" ? (serverFault(info) ?? inItsWords(answers.info) ?? "it names no version") : "",
    compose: /^v?\d+\.\d+/.test(compose) ? compose.replace(/^v/, "") : undefined,
  };
}

type Info = Readonly<Record<string, unknown>>;

function toInfo(json: string): Info {
  try {
    const info: unknown = JSON.parse(json);
    return typeof info === "object" && info !== null ? (info as Info) : {};
  } catch {
    return {};
  }
}

/** A client whose engine is away still writes JSON, and may still exit with 0. */
function serverFault(info: Info): string | undefined {
  const faults = info["ServerErrors"];
  return Array.isArray(faults) && faults.length > 0 ? text(faults[0]) : undefined;
}

/** Without the exit code before them. */
function inItsWords({ reason }: ProgramRun): string | undefined {
  return reason?.replace(/^\d+: /, "");
}

function handsOutGpus(info: Info): boolean {
  const runtimes = info["Runtimes"];
  const devices = info["DiscoveredDevices"];
  return (
    (typeof runtimes === "object" && runtimes !== null && "nvidia" in runtimes) ||
    (Array.isArray(devices) && devices.some((device) => JSON.stringify(device).includes("nvidia.com/gpu")))
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
