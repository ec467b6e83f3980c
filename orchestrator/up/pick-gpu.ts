import { chooseCard, chooseClass, type GpuClass, gpuClasses } from "../../inference/vllm/choose-class.ts";
import { readClass } from "../../inference/vllm/read-class.ts";
import { toMemory, toNeededMib } from "../../inference/vllm/sizing.ts";
import type { Gpu } from "./nvidia-smi.ts";
import type { GpuPick } from "./preflight.ts";

export interface PickOptions {
  /** Index or UUID of the one that the operator wants, a slice's too; undefined: any. */
  readonly gpu: string | undefined;
  /** The operator's own choice; undefined: by the card. */
  readonly gpuClass: GpuClass | undefined;
  /** Local speech is to run too, on a card that the operator names or, by default, on the engine's. */
  readonly speech?: { readonly gpu: string | undefined } | undefined;
}

/** A whole GPU, or a slice of a split one. */
interface Card {
  readonly gpu: Gpu;
  /** Whom a container is given. */
  readonly uuid: string;
  readonly name: string;
  readonly totalMib: number | undefined;
  readonly freeMib: number | undefined;
  readonly computeCapability: number | undefined;
}

/** What is to run on the card. */
interface Load {
  readonly gpuClass: GpuClass;
  readonly speech: boolean;
}

/** Chooses the card that the engine runs on, and its class; those with enough free memory go first. */
export function pickGpu(gpus: readonly Gpu[], { gpu: wanted, gpuClass, speech }: PickOptions): GpuPick {
  const cards = gpus.flatMap(toCards).filter(({ gpu, uuid }) => isWanted(wanted, gpu, uuid));
  if (cards.length === 0) return { gpu: undefined, why: noCard(gpus, wanted) };
  const free = cards.filter((card) => hasRoom(card, { gpuClass, speech }));
  const candidates = free.length > 0 ? free : cards;
  if (gpuClass !== undefined) {
    const [card] = candidates.toSorted((a, b) => (b.freeMib ?? 0) - (a.freeMib ?? 0));
    if (card) return asked(card, { gpuClass, speech: isBeside(speech, card) });
  }
  const chosen = chooseCard(candidates);
  return "card" in chosen
    ? taken(chosen.card, { gpuClass: chosen.class, speech: isBeside(speech, chosen.card) }, chosen.reason)
    : { gpu: undefined, why: `no fit GPU: ${chosen.join("; ")}` };
}

/** @throws {RangeError} for a word that is no class. */
export function toGpuClass(text: string | undefined): GpuClass | undefined {
  const found = gpuClasses.find((name) => name === text);
  if (found === undefined && text !== undefined && text !== "") {
    throw new RangeError(`got ${JSON.stringify(text)}; expected ${gpuClasses.join(", ")}`);
  }
  return found;
}

function toCards(gpu: Gpu): readonly Card[] {
  const { uuid, name, totalMib, freeMib, computeCapability } = gpu;
  if (!gpu.isSplit) return [{ gpu, uuid, name, totalMib, freeMib, computeCapability }];
  return gpu.slices.map((slice) => ({
    gpu,
    uuid: slice.uuid,
    name: `${name}, slice ${slice.profile}`,
    totalMib: slice.totalMib,
    freeMib: undefined,
    computeCapability,
  }));
}

function isWanted(wanted: string | undefined, gpu: Gpu, uuid: string): boolean {
  return wanted === undefined || [String(gpu.index), gpu.uuid, uuid].includes(wanted);
}

function isBeside(speech: PickOptions["speech"], { gpu, uuid }: Card): boolean {
  return speech !== undefined && isWanted(speech.gpu, gpu, uuid);
}

/** Where the driver does not say what is free, the engine itself will. */
function hasRoom(card: Card, { gpuClass: asked, speech }: Omit<PickOptions, "gpu">): boolean {
  const gpuClass = asked ?? chooseClass(card).class;
  const needed = gpuClass && neededMib({ gpuClass, speech: isBeside(speech, card) }, card.totalMib);
  return card.freeMib === undefined || (needed !== undefined && card.freeMib >= needed);
}

function asked(card: Card, load: Load): GpuPick {
  const { gpuClass } = load;
  const engine = readClass(gpuClass);
  const room = card.totalMib === undefined ? undefined : toMemory(engine, card.totalMib).kvTokens;
  if (room !== undefined && room < Number(engine["max-model-len"])) {
    return {
      gpu: undefined,
      why: `too little GPU memory: GPU ${card.gpu.index} (${card.name}) has ${card.totalMib} MiB, and class ${gpuClass} leaves no room for one conversation there; expected a smaller class`,
    };
  }
  return taken(card, load, `${card.name}: class ${gpuClass}, as it was asked for`);
}

function taken(card: Card, load: Load, reason: string): GpuPick {
  const freeMib = neededMib(load, card.totalMib) ?? 0;
  if (load.speech && card.totalMib !== undefined && freeMib > card.totalMib) {
    return {
      gpu: undefined,
      why: `too little GPU memory for local speech: GPU ${card.gpu.index} (${card.name}) has ${card.totalMib} MiB, and class ${load.gpuClass} with the gate and speech needs ${freeMib}; expected another card in SPEECH_GPU, SPEECH_DEVICE=cpu, or PROFILES without speech`,
    };
  }
  return {
    gpu: { ...card.gpu, name: card.name, freeMib: card.freeMib },
    uuid: card.uuid,
    needs: { ...load, freeMib },
    reason,
  };
}

function neededMib({ gpuClass, speech }: Load, totalMib: number | undefined): number | undefined {
  return totalMib === undefined ? undefined : toNeededMib(readClass(gpuClass), totalMib, { speech });
}

function noCard(gpus: readonly Gpu[], wanted: string | undefined): string {
  const split = gpus.filter(({ isSplit, slices }) => isSplit && slices.length === 0);
  if (wanted === undefined && split.length > 0) {
    return `no whole GPU: ${split.map(({ index, name }) => `GPU ${index} (${name})`).join(", ")} is split by MIG and has no slice; expected a slice of 10 GB or more, or MIG switched off`;
  }
  const known = gpus.map(({ index, uuid, name }) => `${index} (${name}, ${uuid})`).join(", ");
  return `no GPU ${wanted ?? ""}: nvidia-smi lists ${known}; expected the index or UUID of one of them`;
}
