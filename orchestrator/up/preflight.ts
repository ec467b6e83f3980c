import type { GpuClass } from "../../inference/vllm/choose-class.ts";
import type { Docker } from "./docker-says.ts";
import type { Gpu } from "./nvidia-smi.ts";

/** What the engine needs of a GPU and of the disk; from its class. */
export interface EngineNeeds {
  /** Free memory of the GPU, in MiB. */
  readonly freeMib: number;
  /** Of the class that the needs are those of. */
  readonly gpuClass: GpuClass;
  /** Speech runs on the same card, and its memory is counted. */
  readonly speech: boolean;
}

export type GpuAnswer =
  | { readonly state: "missing" }
  | { readonly state: "failed"; readonly said: string }
  | { readonly state: "answered"; readonly gpus: readonly Gpu[] };

export type DockerAnswer = { readonly state: "missing" } | ({ readonly state: "answered" } & Docker);

export interface WantedPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** What listens there, for a sentence. */
  readonly use: string;
}

export interface DiskRoom {
  /** Of the folder, or of several of one file system, for a sentence. */
  readonly path: string;
  /** What needs it. */
  readonly use: string;
  readonly neededBytes: number;
  /** Undefined: the system does not say. */
  readonly freeBytes: number | undefined;
}

/** What one look at the machine found. Undefined parts are not needed by what is to be started. */
export interface MachineFacts {
  readonly gpus: GpuAnswer | undefined;
  readonly docker: DockerAnswer | undefined;
  /** NVIDIA's container toolkit is installed, whether Docker uses it or not. */
  readonly toolkit: boolean;
  readonly disks: readonly DiskRoom[];
  readonly takenPorts: readonly WantedPort[];
  /** A sentence each. */
  readonly weakSecrets: readonly string[];
  /** Files and programs that are not there, a sentence each. */
  readonly missing: readonly string[];
}

/** The pinned engine images need CUDA 12.9 or 13.0. */
export const LEAST_DRIVER = 550;
const LEAST_COMPOSE = [2, 30] as const;
/** Older ones know no `start_interval`, and compose says so only after all was built and fetched. */
const LEAST_ENGINE = 25;

/**
 * All that is in the way, one sentence for each thing, the machine's own parts first.
 *
 * @param pick which GPU was chosen and what it needs; undefined: the engine needs none
 */
export function preflight(
  facts: MachineFacts,
  pick: ((gpus: readonly Gpu[]) => GpuPick) | undefined,
): readonly string[] {
  return [
    ...(facts.gpus && pick ? gpuFaults(facts.gpus, pick) : []),
    ...(facts.docker ? dockerFaults(facts.docker, facts.gpus !== undefined, facts.toolkit) : []),
    ...facts.disks.flatMap(diskFault),
    ...facts.takenPorts.map(
      ({ port, protocol, use }) => `port ${port}/${protocol} (${use}) is taken; expected a free one`,
    ),
    ...facts.weakSecrets,
    ...facts.missing,
  ];
}

/** A GPU with the class of it, or why none will do. */
export type GpuPick =
  | {
      readonly gpu: Gpu;
      /** Of the GPU, or of the slice of it. */
      readonly uuid: string;
      readonly needs: EngineNeeds;
      readonly reason: string;
    }
  | { readonly gpu: undefined; readonly why: string };

function gpuFaults(answer: GpuAnswer, pick: (gpus: readonly Gpu[]) => GpuPick): readonly string[] {
  if (answer.state === "missing") {
    return [`no NVIDIA driver: nvidia-smi is not on PATH; expected driver ${LEAST_DRIVER} or newer`];
  }
  if (answer.state === "failed") {
    return [
      `the NVIDIA driver does not answer: nvidia-smi says ${JSON.stringify(answer.said)}; expected driver ${LEAST_DRIVER} or newer`,
    ];
  }
  if (answer.gpus.length === 0) return ["no GPU: nvidia-smi lists none; expected an NVIDIA GPU"];
  const driver = answer.gpus[0]?.driver ?? "";
  const old =
    Number.parseInt(driver, 10) < LEAST_DRIVER
      ? [`the NVIDIA driver is too old: ${driver}; expected ${LEAST_DRIVER} or newer`]
      : [];
  const picked = pick(answer.gpus);
  if (!picked.gpu) return [...old, picked.why];
  const { gpu, needs } = picked;
  return [...old, ...memoryFault(gpu, needs)];
}

function memoryFault(gpu: Gpu, { freeMib, gpuClass, speech }: EngineNeeds): readonly string[] {
  if (gpu.freeMib === undefined || gpu.freeMib >= freeMib) return [];
  const others = gpu.processes.map(
    ({ name, pid, usedMib }) =>
      `${name} (process ${pid}${usedMib === undefined ? "" : `, ${gigabytes(usedMib)}`})`,
  );
  const by = others.length === 0 ? "" : `; it is in use by ${others.join(", ")}`;
  return [
    `too little free GPU memory: GPU ${gpu.index} (${gpu.name}) has ${gigabytes(gpu.freeMib)} free${by}; expected ${gigabytes(freeMib)} for class ${gpuClass}${speech ? " with local speech" : ""}`,
  ];
}

function dockerFaults(answer: DockerAnswer, needsGpu: boolean, toolkit: boolean): readonly string[] {
  const noToolkit = "no NVIDIA container toolkit: Docker cannot hand a GPU to a container";
  if (answer.state === "missing") {
    return [
      "no Docker: docker is not on PATH; expected Docker Engine with its compose plugin",
      ...(needsGpu && !toolkit ? [`${noToolkit}; expected nvidia-container-toolkit to be installed`] : []),
    ];
  }
  const { engine, said, compose } = answer;
  const hasGpus = engine ? engine.gpus : toolkit;
  return [
    ...(engine
      ? []
      : [`no Docker engine: docker says ${JSON.stringify(said)}; expected an engine that runs`]),
    ...(engine && Number.parseInt(engine.version, 10) < LEAST_ENGINE
      ? [`the Docker engine is too old: ${engine.version}; expected ${LEAST_ENGINE} or newer`]
      : []),
    ...(isComposeFit(compose)
      ? []
      : [
          `no fit Docker Compose: got ${compose ?? "no plugin"}; expected docker compose ${LEAST_COMPOSE.join(".")} or newer`,
        ]),
    ...(needsGpu && !hasGpus
      ? [
          toolkit
            ? `${noToolkit}; expected 'nvidia-ctk runtime configure --runtime=docker' to be run`
            : `${noToolkit}; expected nvidia-container-toolkit to be installed`,
        ]
      : []),
  ];
}

function isComposeFit(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? "0.0").split(".").map(Number);
  return major > LEAST_COMPOSE[0] || (major === LEAST_COMPOSE[0] && minor >= LEAST_COMPOSE[1]);
}

function diskFault({ path, use, neededBytes, freeBytes }: DiskRoom): readonly string[] {
  if (freeBytes === undefined || freeBytes >= neededBytes) return [];
  return [
    `too little disk at ${path}: ${(freeBytes / 1e9).toFixed(1)} GB free; expected ${(neededBytes / 1e9).toFixed(1)} GB for ${use}`,
  ];
}

function gigabytes(mib: number): string {
  return `${(mib / 1024).toFixed(1)} GiB`;
}
