import { join } from "node:path";
import type { GpuClass } from "../../inference/vllm/choose-class.ts";
import type { Gpu } from "./nvidia-smi.ts";
import { OBSERVABILITY } from "./observers.ts";
import { WITHOUT_CARD } from "./plan-words.ts";
import type { GpuPick } from "./preflight.ts";
import { SPEECH_ON_CPU, type SpeechDevice, speechSettings } from "./speech-device.ts";
import { cardsFile, watchedCards } from "./watched-cards.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ComposePlanOptions {
  readonly projectDir: string;
  readonly engine: "vllm" | "simulator";
  readonly profiles: readonly string[];
  /** Where local speech runs; undefined: there is none. */
  readonly speech: SpeechDevice | undefined;
  /** What the operator has set. */
  readonly operator: Environment;
  /** The class that was asked for when it was brought up; undefined: by settings, or by the card. */
  readonly gpuClass?: GpuClass | undefined;
  /** Undefined: no GPU is needed. */
  readonly picked: Extract<GpuPick, { readonly reason: string }> | undefined;
  /** Of this machine. */
  readonly gpus: readonly Gpu[];
  /** This machine's address in its network; undefined: it has none but loopback. */
  readonly lan: string | undefined;
  /** Folder of the secrets, absolute. */
  readonly secretsDir: string;
  /** There is a `.env` in the project's folder. */
  readonly hasSettings: boolean;
  /** Variables that name the files of secrets, `…_FILE`. */
  readonly secretFiles: Environment;
}

/** What `docker compose` is started with, and what stays the same for `down`, `status` and `logs`. */
export interface ComposePlan {
  /** `--file=FILE … --env-file=FILE … --profile=NAME …` */
  readonly arguments: readonly string[];
  /** What the compose files leave open; holds no secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** To be opened in a browser. */
  readonly address: string;
  /** The class that was asked for, which an upgrade keeps. */
  readonly gpuClass?: GpuClass;
}

/** CUDA 13 needs it; older ones get the image of CUDA 12.9. */
const CUDA13_DRIVER = 580;
const CUDA12_IMAGE =
  "vllm/vllm-openai:v0.31.0-cu129@sha256:b18abb2df97b8f798e81862bd93f872ea18613372e2c3adc0cc2ac21e66ac12f";

/** Decides what the compose files leave open; what the operator has set wins. */
export function composePlan(options: ComposePlanOptions): ComposePlan {
  const { projectDir, operator, picked, lan, speech } = options;
  const port = operator["PAGE_PORT"] || "8443";
  const hosts = pageHosts(lan);
  const origins = hosts.map((host) => `https://${host}:${port}`).join(",");
  const open: Environment = {
    NODE_IP: lan ?? "127.0.0.1",
    PUBLIC_ORIGINS: origins,
    ...(picked ? gpuEnvironment(picked) : {}),
    ...operatorsOwn(operator),
    ...options.secretFiles,
    SECRETS_DIR: options.secretsDir,
  };
  const [, second, third] = watchedCards(open, { gpus: options.gpus, speech: speech === "gpu" });
  const chosen: Environment = { ...open, SECOND_GPU: second, THIRD_GPU: third };
  return {
    arguments: [
      `--project-directory=${projectDir}`,
      ...composeFiles(options, [second, third]).map((file) => `--file=${join(projectDir, file)}`),
      ...settingsFiles(options).map((file) => `--env-file=${join(projectDir, file)}`),
      ...options.profiles.map((name) => `--profile=${name}`),
    ],
    environment: Object.fromEntries(
      Object.entries(chosen).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
    address: (operator["PUBLIC_ORIGINS"] || origins).split(",")[0] ?? "",
    ...(options.gpuClass ? { gpuClass: options.gpuClass } : {}),
  };
}

/** Each laid over those before it. */
function composeFiles(
  { engine, profiles, speech }: ComposePlanOptions,
  otherCards: readonly (string | undefined)[],
): readonly string[] {
  const others = otherCards.filter((card) => card !== undefined).length;
  const readsCards = engine === "vllm" && profiles.includes(OBSERVABILITY);
  const cards = readsCards ? cardsFile(1 + others) : undefined;
  return [
    "docker-compose.gpu.yml",
    ...(engine === "simulator" ? [WITHOUT_CARD] : []),
    ...(speech === "cpu" ? [SPEECH_ON_CPU] : []),
    ...(cards === undefined ? [] : [cards]),
  ];
}

/** The last one wins. */
function settingsFiles({ speech, hasSettings }: ComposePlanOptions): readonly string[] {
  return [...speechSettings(speech), ...(hasSettings ? [".env"] : [])];
}

/** Names and addresses at which the page is reached, for its own certificate. */
export function pageHosts(lan: string | undefined): readonly string[] {
  return [...(lan === undefined ? [] : [lan]), "localhost", "127.0.0.1"];
}

/** One card for all that needs one. */
function gpuEnvironment({ gpu, uuid, needs }: NonNullable<ComposePlanOptions["picked"]>): Environment {
  return {
    GPU_CLASS: needs.gpuClass,
    VLLM_GPU: uuid,
    GATE_GPU: uuid,
    SPEECH_GPU: uuid,
    ...(Number.parseInt(gpu.driver, 10) < CUDA13_DRIVER ? { VLLM_IMAGE: CUDA12_IMAGE } : {}),
  };
}

/** Of the variables that are chosen here, those that the operator has set; engine's card and class are picked by them. */
function operatorsOwn(operator: Environment): Environment {
  const names = ["NODE_IP", "PUBLIC_ORIGINS", "PAGE_PORT", "GATE_GPU", "SPEECH_GPU", "VLLM_IMAGE"];
  return Object.fromEntries(names.flatMap((name) => (operator[name] ? [[name, operator[name]]] : [])));
}
