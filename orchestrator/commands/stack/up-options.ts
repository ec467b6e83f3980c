import type { parseArgs } from "node:util";
import { type GpuClass, gpuClasses } from "../../../inference/vllm/choose-class.ts";
import { UsageError } from "../../errors.ts";
import { toGpuClass } from "../../up/pick-gpu.ts";
import { DEFAULT_PROFILES, NO_PROFILES, PROFILES } from "../../up/profiles.ts";

/** What is to be brought up, and how. */
export interface UpOptions {
  readonly engine: "vllm" | "simulator";
  readonly runtime: "docker" | "process";
  /** Undefined: by the card. */
  readonly gpuClass: GpuClass | undefined;
  /** Index or UUID; undefined: the fittest. */
  readonly gpu: string | undefined;
  /** Of compose; all of them, since those that are named take the place of the default's. */
  readonly profiles: readonly string[];
  /** The page is for other devices of the local network too. */
  readonly lan: boolean;
  /** Words for `sightline simulator`. */
  readonly simulator: readonly string[];
}

export const UP_OPTIONS = {
  engine: { type: "string" },
  runtime: { type: "string" },
  "gpu-class": { type: "string" },
  gpu: { type: "string" },
  profiles: { type: "string" },
  lan: { type: "boolean" },
  simulator: { type: "string" },
} as const;

export const UP_OPTIONS_HELP = `  --engine      vllm (default) or simulator: a stand-in that sees nothing, for a machine without a GPU
  --runtime     docker (default) or process: programs of this machine, with the simulator only
  --gpu-class   ${gpuClasses.join(", ")}; default: by the card
  --gpu         index or UUID of the card, or of a MIG slice; default: the fittest
  --profiles    ${PROFILES.join(", ")}, with commas between, or ${NO_PROFILES}; in containers only; default: ${DEFAULT_PROFILES.join(",")},
                whose place a list of yours takes
  --lan         without containers: for other devices of the local network too, with an access code
  --simulator   words for 'sightline simulator', as --simulator="--profile l4-2b"`;

/** The options as one would write them again, for whoever is started with the same. */
export function toArguments(options: UpOptions): readonly string[] {
  const { engine, runtime, gpuClass, gpu, profiles, lan, simulator } = options;
  const given = { engine, runtime, "gpu-class": gpuClass, gpu };
  return [
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ...(runtime === "docker" ? [`--profiles=${profiles.join(",") || NO_PROFILES}`] : []),
    ...(lan ? ["--lan"] : []),
    ...(simulator.length === 0 ? [] : [`--simulator=${simulator.join(" ")}`]),
  ];
}

/** @throws {UsageError} for what does not go together; an empty value counts as none. */
export function toUpOptions(
  values: ReturnType<typeof parseArgs<{ options: typeof UP_OPTIONS }>>["values"],
): UpOptions {
  const engine = oneOf("--engine", values.engine, ["vllm", "simulator"]);
  const runtime = oneOf("--runtime", values.runtime, ["docker", "process"]);
  if (engine === "vllm" && runtime === "process") {
    throw new UsageError(
      "--runtime: got process with the engine vllm, which runs in a container; expected --engine simulator",
    );
  }
  return {
    engine,
    runtime,
    gpuClass: classOf(values["gpu-class"]),
    gpu: values.gpu || undefined,
    profiles: profilesOf(values.profiles, runtime),
    lan: values.lan ?? false,
    simulator: (values.simulator ?? "").split(/\s+/).filter((each) => each !== ""),
  };
}

function profilesOf(text: string | undefined, runtime: UpOptions["runtime"]): readonly string[] {
  const given = (text ?? "").split(/[\s,]+/).filter((each) => each !== "");
  const named = given.filter((each) => each !== NO_PROFILES);
  if (runtime === "process" && named.length > 0) {
    throw new UsageError(
      `--profiles: got ${named.join(",")} with the runtime process; expected none, since they are of containers`,
    );
  }
  if (named.length > 0 && named.length < given.length) {
    throw new UsageError(`--profiles: got ${given.join(",")}; expected names, or ${NO_PROFILES} alone`);
  }
  return given.length === 0 && runtime === "docker" ? DEFAULT_PROFILES : named;
}

/** The first is the default. */
function oneOf<const Word extends string>(
  option: string,
  text: string | undefined,
  words: readonly [Word, ...Word[]],
): Word {
  if (text === undefined || text === "") return words[0];
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option}: got ${JSON.stringify(text)}; expected ${words.join(" or ")}`);
}

/** @throws {UsageError} for a word that is no class. */
export function classOf(text: string | undefined, name = "--gpu-class"): GpuClass | undefined {
  try {
    return toGpuClass(text);
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : "not understood"}`);
  }
}
