import type { DockerEngine } from "./docker-says.ts";
import type { DiskRoom } from "./preflight.ts";
import type { SpeechDevice } from "./speech-device.ts";

/** What is to be there that is not yet. */
export interface DiskUses {
  readonly engine: "vllm" | "simulator";
  /** Of the stack without any profile, with its caches. */
  readonly images: boolean;
  readonly weights: boolean;
  readonly speech: SpeechDevice | undefined;
  readonly observability: boolean;
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

/** What all of it takes, or what is added to what is there, and where; a place for which nothing is needed is left out. */
export function diskNeeds(
  { imagesDir, volumesDir }: Pick<DockerEngine, "imagesDir" | "volumesDir">,
  { engine, images, weights, speech, observability }: DiskUses,
): readonly Omit<DiskRoom, "freeBytes">[] {
  const needs = [
    need(imagesDir, [
      ["images", images ? IMAGES_BYTES[engine] : 0],
      ["local speech", speech === undefined ? 0 : SPEECH_BYTES[speech]],
      ["Prometheus and Grafana", observability ? OBSERVABILITY_BYTES[engine] : 0],
    ]),
    need(volumesDir, [
      ["caches", images ? VOLUMES_BYTES : 0],
      ["weights", weights ? WEIGHTS_BYTES[engine] : 0],
    ]),
  ];
  return needs.filter(({ neededBytes }) => neededBytes > 0);
}

function need(
  path: string,
  uses: readonly (readonly [use: string, bytes: number])[],
): Omit<DiskRoom, "freeBytes"> {
  const needed = uses.filter(([, bytes]) => bytes > 0);
  return {
    path,
    use: needed.map(([use]) => use).join(", "),
    neededBytes: needed.reduce((sum, [, bytes]) => sum + bytes, 0),
  };
}
