import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readClass } from "../../../inference/vllm/read-class.ts";
import { GATE_GIB, SPEECH_GIB } from "../../../inference/vllm/sizing.ts";
import { isPinned, readRepositories } from "../../assets/repositories.ts";
import type { Config } from "../../config.ts";
import { PROJECT_DIR } from "../../project.ts";
import { closedFiles } from "../../up/closed-files.ts";
import type { ComposePlan } from "../../up/compose-plan.ts";
import { diskNeeds, type DiskUses } from "../../up/disk-needs.ts";
import { USUAL_PLACES } from "../../up/docker-says.ts";
import { servicesThere } from "../../up/docker-containers.ts";
import { hasToolkit, lookAtDocker, lookAtGpus, roomsAt, takenOf } from "../../up/machine.ts";
import type { Gpu } from "../../up/nvidia-smi.ts";
import { OBSERVABILITY } from "../../up/observers.ts";
import { pickGpu, type PickOptions } from "../../up/pick-gpu.ts";
import type { GpuPick, MachineFacts, WantedPort } from "../../up/preflight.ts";
import { planThere } from "../../up/plan-there.ts";
import { profileFaults } from "../../up/profiles.ts";
import { weakSecrets } from "../../up/secrets.ts";
import { type SpeechDevice, speechDevice, speechDeviceOf, wishedDevice } from "../../up/speech-device.ts";
import { speechWeights } from "../../up/speech-weights.ts";
import { ownLan } from "./demo-lan.ts";
import { secretsFolder } from "./secrets-folder.ts";
import { classOf, type UpOptions } from "./up-options.ts";

export interface LookForDockerOptions {
  readonly options: UpOptions;
  readonly config: Config;
  /** What the operator has set. */
  readonly operator: Readonly<Record<string, string | undefined>>;
  /** What was brought up before, or begun, and not ended since: ports and memory of what runs of it are ours. */
  readonly before: ComposePlan | undefined;
  readonly signal: AbortSignal;
}

/** Of a stack that was not brought up, or of which Docker does not tell, which is a fault of its own. */
const NOTHING = { made: new Set<string>(), running: new Set<string>() } as const;

const LOOPBACK = "127.0.0.1";

/** All that bringing the stack up in containers needs of the machine. Changes nothing. */
export async function lookForDocker(
  look: LookForDockerOptions,
): Promise<{ readonly facts: MachineFacts; readonly gpus: readonly Gpu[]; readonly wish: PickOptions }> {
  const { options, config, operator, before, signal } = look;
  const asked = { environment: operator, signal };
  const needsGpu = options.engine === "vllm";
  const [gpus, docker, toolkit] = await Promise.all([
    needsGpu ? lookAtGpus(asked) : undefined,
    lookAtDocker(asked),
    hasToolkit(asked),
  ]);
  const found = gpus?.state === "answered" ? gpus.gpus : [];
  const wish = toPickOptions(look, found);
  const picked = found.length === 0 ? undefined : pickGpu(found, wish);
  const answers = docker.state === "answered" && docker.engine && docker.compose !== undefined;
  const ours = before && answers ? await servicesThere(planThere(before), signal) : NOTHING;
  const speech = deviceOf(look);
  const isNew = !ours.made.has("stt") || speech !== speechDeviceOf(before?.arguments ?? []);
  const newSpeech = isNew ? speech : undefined;
  const uses: DiskUses = {
    engine: options.engine,
    images: !ours.made.has("vllm"),
    // What was begun has fetched them.
    weights: before === undefined,
    speech: newSpeech,
    observability: options.profiles.includes(OBSERVABILITY) && !ours.made.has("prometheus"),
  };
  const isTaken = (ports: readonly ServicePort[], address: string) =>
    takenOf(
      ports.filter(({ service }) => !ours.running.has(service)),
      address,
    );
  const models = new Set([modelOf(picked), ...speechWeights(speech, operator["SPEECH_PIPER"])]);
  const lock = await readRepositories(join(PROJECT_DIR, "inference/models.lock.json"));
  const engine = docker.state === "answered" ? docker.engine : undefined;
  return {
    gpus: found,
    wish,
    facts: {
      gpus: withRoom(gpus, before, ours.running),
      docker,
      toolkit,
      disks: await roomsAt(diskNeeds(engine ?? USUAL_PLACES, uses)),
      takenPorts: [
        ...(await isTaken(
          [...ownPorts(operator), ...(options.profiles.includes("turn") ? [TURN_PORT] : [])],
          operator["BIND_ADDRESS"] || "0.0.0.0",
        )),
        ...(options.profiles.includes(OBSERVABILITY) ? await isTaken([grafanaPort(operator)], LOOPBACK) : []),
      ],
      weakSecrets: weakSecrets(operator, secretsFolder(config)),
      missing: [
        ...closedFiles(PROJECT_DIR),
        ...profileFaults({
          profiles: options.profiles,
          operator,
          certificate: certificateOf(config),
          lan: ownLan(),
        }),
        ...(newSpeech === "gpu" && ours.running.has("vllm") ? speechFault(picked) : []),
        ...lock
          .filter((each) => models.has(each.name) && !isPinned(each))
          .map(
            ({ name }) =>
              `the weights of ${name} are not pinned; expected their revision and checksums in inference/models.lock.json ('make pin' looks them up)`,
          ),
        ...["docker-compose.gpu.yml"].flatMap((file) =>
          existsSync(join(PROJECT_DIR, file)) ? [] : [`${file} is not there; expected a whole checkout`],
        ),
      ],
    },
  };
}

/** Which card is to be picked, and for what. What was brought up before stays where it is. */
function toPickOptions(look: LookForDockerOptions, gpus: readonly Gpu[]): PickOptions {
  const { options, operator, before } = look;
  const gpuClass = options.gpuClass ?? classOf(operator["GPU_CLASS"], "GPU_CLASS");
  const kept = before?.environment["VLLM_GPU"];
  const isThere = gpus.some(
    ({ index, uuid, slices }) =>
      kept !== undefined && [String(index), uuid, ...slices.map((slice) => slice.uuid)].includes(kept),
  );
  const gpu = options.gpu ?? (operator["VLLM_GPU"] || (isThere ? kept : undefined));
  const speech = deviceOf(look) === "gpu" ? { gpu: operator["SPEECH_GPU"] || undefined } : undefined;
  return { gpu, gpuClass, speech };
}

function deviceOf({ options, operator, before }: LookForDockerOptions): SpeechDevice | undefined {
  return speechDevice({ ...options, device: wishedDevice(operator, before?.arguments) });
}

/** What runs already has its share of the card: speech needs its own beside it. */
function speechFault(picked: GpuPick | undefined): readonly string[] {
  if (picked?.gpu === undefined || !picked.needs.speech) return [];
  const { index, name, freeMib } = picked.gpu;
  const neededMib = SPEECH_GIB * 1024;
  if (freeMib === undefined || freeMib >= neededMib) return [];
  return [
    `too little free GPU memory for local speech: GPU ${index} (${name}) has ${freeMib} MiB free beside what runs; expected ${neededMib}, another card in SPEECH_GPU, or SPEECH_DEVICE=cpu`,
  ];
}

/** The operator's own, PEM. */
function certificateOf({ http }: Config): string | undefined {
  try {
    return http.tls && readFileSync(http.tls.certFile, "utf8");
  } catch {
    return undefined;
  }
}

/** The folder name of the weights that a class is served from. */
export function modelOf(picked: GpuPick | undefined): string | undefined {
  if (picked?.gpu === undefined) return undefined;
  const { model } = readClass(picked.needs.gpuClass);
  return typeof model === "string" ? model.split("/").at(-1) : undefined;
}

/** What our own programs have of a card is no reason to refuse it. */
function withRoom(
  gpus: MachineFacts["gpus"],
  before: ComposePlan | undefined,
  running: ReadonlySet<string>,
): MachineFacts["gpus"] {
  if (gpus?.state !== "answered") return gpus;
  const oursMib = (gpu: Gpu, variable: string, gib: number): number =>
    [String(gpu.index), gpu.uuid].includes(before?.environment[variable] ?? "") ? gib * 1024 : 0;
  return {
    ...gpus,
    gpus: gpus.gpus.map((gpu) => {
      if (gpu.freeMib === undefined || running.has("vllm")) return { ...gpu, freeMib: undefined };
      const gateMib = running.has("gate") ? oursMib(gpu, "GATE_GPU", GATE_GIB) : 0;
      const isOnCard = running.has("stt") && speechDeviceOf(before?.arguments ?? []) === "gpu";
      const speechMib = isOnCard ? oursMib(gpu, "SPEECH_GPU", SPEECH_GIB) : 0;
      return { ...gpu, freeMib: gpu.freeMib + gateMib + speechMib };
    }),
  };
}

/** A port, and the service that listens there. */
interface ServicePort extends WantedPort {
  readonly service: string;
}

/** What the compose file publishes without any profile. */
function ownPorts(operator: LookForDockerOptions["operator"]): readonly ServicePort[] {
  const page = Number(operator["PAGE_PORT"] || 8443);
  return [
    { service: "gateway", port: page, protocol: "tcp", use: "page" },
    { service: "livekit", port: 7881, protocol: "tcp", use: "media of calls" },
    { service: "livekit", port: 7882, protocol: "udp", use: "media of calls" },
    { service: "livekit", port: 3478, protocol: "udp", use: "STUN and TURN" },
  ];
}

/** Of the profile `turn`. */
const TURN_PORT: ServicePort = {
  service: "turn",
  port: 443,
  protocol: "tcp",
  use: "TURN over TLS and the page",
};

/** Of the profile `observability`, on loopback. */
function grafanaPort(operator: LookForDockerOptions["operator"]): ServicePort {
  const port = Number(operator["GRAFANA_PORT"] || 3000);
  return { service: "grafana", port, protocol: "tcp", use: "Grafana; GRAFANA_PORT" };
}
