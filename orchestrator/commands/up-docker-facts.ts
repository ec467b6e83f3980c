import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readClass } from "../../inference/vllm/read-class.ts";
import { SPEECH_GIB } from "../../inference/vllm/sizing.ts";
import { isPinned, readRepositories } from "../assets/repositories.ts";
import type { Config } from "../config.ts";
import { PROJECT_DIR } from "../project.ts";
import type { ComposePlan } from "../up/compose-plan.ts";
import { hasToolkit, lookAtDocker, lookAtGpus, roomAt, takenOf } from "../up/machine.ts";
import type { Gpu } from "../up/nvidia-smi.ts";
import { OBSERVABILITY } from "../up/observers.ts";
import { pickGpu, type PickOptions } from "../up/pick-gpu.ts";
import type { DiskRoom, GpuPick, MachineFacts, WantedPort } from "../up/preflight.ts";
import { profileFaults } from "../up/profiles.ts";
import { weakSecrets } from "../up/secrets.ts";
import { type SpeechDevice, speechDevice, speechDeviceOf } from "../up/speech-device.ts";
import { speechWeights } from "../up/speech-weights.ts";
import { ownLan } from "./demo-lan.ts";
import { secretsFolder } from "./secrets-folder.ts";
import type { UpOptions } from "./up-options.ts";

export interface LookForDockerOptions {
  readonly options: UpOptions;
  readonly config: Config;
  /** What the operator has set. */
  readonly operator: Readonly<Record<string, string | undefined>>;
  /** What was brought up before and not ended since: its ports and its memory are ours. */
  readonly before: ComposePlan | undefined;
  readonly signal: AbortSignal;
}

/** Engine image, packed and unpacked, and ours; or ours alone. */
const IMAGES_BYTES = { vllm: 45e9, simulator: 8e9 } as const;
/** Of the largest model. */
const WEIGHTS_BYTES = { vllm: 17e9, simulator: 0 } as const;
/** Images and weights of both speech servers, an estimate: each with its own CUDA, or one without. */
const SPEECH_BYTES = { gpu: 28e9, cpu: 5e9 } as const;
/** Images of Prometheus, Grafana and, where there is a card, dcgm-exporter, an estimate. */
const OBSERVABILITY_BYTES = { vllm: 4e9, simulator: 2e9 } as const;
/** Beside the weights: compile cache, metrics, logs. */
const VOLUMES_BYTES = 10e9;

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
  const added: ReadonlySet<string> = new Set(
    options.profiles.filter((name) => !before?.arguments.includes(`--profile=${name}`)),
  );
  const speech = deviceOf(look);
  const addsSpeech = before !== undefined && speech !== speechDeviceOf(before.arguments) ? speech : undefined;
  const rooms: DiskUses = {
    base: before === undefined,
    speech: before === undefined ? speech : addsSpeech,
    observability: added.has(OBSERVABILITY),
  };
  const models = new Set([modelOf(picked), ...speechWeights(speech, operator["SPEECH_PIPER"])]);
  const lock = await readRepositories(join(PROJECT_DIR, "inference/models.lock.json"));
  const rootDir = docker.state === "answered" ? docker.engine?.rootDir : undefined;
  return {
    gpus: found,
    wish,
    facts: {
      gpus: before === undefined ? gpus : withRoom(gpus),
      docker,
      toolkit,
      disks: await diskRooms(rootDir, options.engine, rooms),
      takenPorts: [
        ...(await takenOf(
          [...(before === undefined ? ownPorts(operator) : []), ...(added.has("turn") ? [TURN_PORT] : [])],
          operator["BIND_ADDRESS"] || "0.0.0.0",
        )),
        ...(added.has(OBSERVABILITY) ? await takenOf([grafanaPort(operator)], LOOPBACK) : []),
      ],
      weakSecrets: weakSecrets(operator, secretsFolder(config)),
      missing: [
        ...profileFaults({
          profiles: options.profiles,
          operator,
          certificate: certificateOf(config),
          lan: ownLan(),
        }),
        ...(addsSpeech === "gpu" ? speechFault(picked) : []),
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
  const { gpuClass } = options;
  const kept = before?.environment["VLLM_GPU"];
  const isThere = gpus.some(
    ({ index, uuid, slices }) =>
      kept !== undefined && [String(index), uuid, ...slices.map((slice) => slice.uuid)].includes(kept),
  );
  const gpu = options.gpu ?? (isThere ? kept : undefined);
  const speech = deviceOf(look) === "gpu" ? { gpu: operator["SPEECH_GPU"] || undefined } : undefined;
  return { gpu, gpuClass, speech };
}

function deviceOf({ options, operator }: LookForDockerOptions): SpeechDevice | undefined {
  return speechDevice({ ...options, device: operator["SPEECH_DEVICE"] });
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

/** What our own engine has of a card is no reason to refuse it. */
function withRoom(gpus: MachineFacts["gpus"]): MachineFacts["gpus"] {
  if (gpus?.state !== "answered") return gpus;
  return { ...gpus, gpus: gpus.gpus.map((gpu) => ({ ...gpu, freeMib: undefined })) };
}

/** What is to be there that is not yet. */
interface DiskUses {
  /** The stack without any profile. */
  readonly base: boolean;
  readonly speech: SpeechDevice | undefined;
  readonly observability: boolean;
}

/** For all of it, or for what is added to what is there. */
async function diskRooms(
  rootDir: string | undefined,
  engine: UpOptions["engine"],
  { base, speech, observability }: DiskUses,
): Promise<readonly DiskRoom[]> {
  const needs: readonly (readonly [use: string, bytes: number])[] = [
    ["images, weights and caches", base ? IMAGES_BYTES[engine] + VOLUMES_BYTES + WEIGHTS_BYTES[engine] : 0],
    ["local speech", speech === undefined ? 0 : SPEECH_BYTES[speech]],
    ["Prometheus and Grafana", observability ? OBSERVABILITY_BYTES[engine] : 0],
  ];
  const needed = needs.filter(([, bytes]) => bytes > 0);
  if (needed.length === 0) return [];
  return [
    await roomAt({
      path: rootDir || "/var/lib/docker",
      use: needed.map(([use]) => use).join(", "),
      neededBytes: needed.reduce((sum, [, bytes]) => sum + bytes, 0),
    }),
  ];
}

/** What the compose file publishes without any profile. */
function ownPorts(operator: LookForDockerOptions["operator"]): readonly WantedPort[] {
  return [
    { port: Number(operator["PAGE_PORT"] || 8443), protocol: "tcp", use: "page" },
    { port: 7881, protocol: "tcp", use: "media of calls" },
    { port: 7882, protocol: "udp", use: "media of calls" },
    { port: 3478, protocol: "udp", use: "STUN and TURN" },
  ];
}

/** Of the profile `turn`. */
const TURN_PORT: WantedPort = { port: 443, protocol: "tcp", use: "TURN over TLS and the page" };

/** Of the profile `observability`, on loopback. */
function grafanaPort(operator: LookForDockerOptions["operator"]): WantedPort {
  return { port: Number(operator["GRAFANA_PORT"] || 3000), protocol: "tcp", use: "Grafana; GRAFANA_PORT" };
}
