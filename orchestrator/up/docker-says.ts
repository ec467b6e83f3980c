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
  /** Where it keeps volumes. */
  readonly volumesDir: string;
  /** Where images are kept: there too, or by the machine's containerd, which has a folder of its own. */
  readonly imagesDir: string;
}

export interface DockerAnswers {
  readonly info: ProgramRun;
  readonly compose: ProgramRun;
  /** The configuration of the machine's containerd, TOML; empty: it has none, or one that is not for us to read. */
  readonly containerdConfig: string;
}

/** Of a new installation, as long as nobody moves them: https://docs.docker.com/engine/storage/containerd/ */
export const USUAL_PLACES = { volumesDir: "/var/lib/docker", imagesDir: "/var/lib/containerd" } as const;

/** Reads what `docker` answers. */
export function toDocker(answers: DockerAnswers): Docker {
  const compose = answers.compose.reason === undefined ? answers.compose.stdout.trim() : "";
  const info = toInfo(answers.info.stdout);
  const version = text(info["ServerVersion"]);
  return {
    engine:
      version === ""
        ? undefined
        : { version, gpus: handsOutGpus(info), ...placesOf(info, answers.containerdConfig) },
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

function placesOf(info: Info, containerdConfig: string): Pick<DockerEngine, "volumesDir" | "imagesDir"> {
  const volumesDir = text(info["DockerRootDir"]) || USUAL_PLACES.volumesDir;
  const isContainerds = JSON.stringify(info["DriverStatus"] ?? []).includes("io.containerd.snapshotter.");
  if (!isContainerds || ownsContainerd(info)) return { volumesDir, imagesDir: volumesDir };
  // What belongs to no table of a TOML file stands before its first.
  const [top = ""] = containerdConfig.split(/^\s*\[/m);
  const [, imagesDir = USUAL_PLACES.imagesDir] = /^\s*root\s*=\s*["']([^"']+)["']/m.exec(top) ?? [];
  return { volumesDir, imagesDir };
}

/** An engine that found no containerd runs one itself, with its data below its own. */
function ownsContainerd(info: Info): boolean {
  const containerd = info["Containerd"];
  const isTold = typeof containerd === "object" && containerd !== null && "Address" in containerd;
  return isTold && text(containerd.Address).includes("/docker/containerd/");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
