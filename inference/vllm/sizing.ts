import type { EngineArguments } from "./read-class.ts";

const GIB = 1024 ** 3;
const GIB_IN_MIB = 1024;

/** What a model needs of a GPU. */
interface ModelSize {
  /** In bytes, quantised as `quantization` says. */
  readonly weights: number;
  /** Keys and values of one token in all layers, 16 bits each, in bytes. */
  readonly kvPerToken: number;
}

/** 28 layers; 2 or 4 key-value heads of 128. */
const kvPerToken = (heads: number): number => 2 * 28 * heads * 128 * 2;

/** By the folder's name and the quantisation. Weights of the 7B in fp8: all but its linear layers stay 16 bits. */
const models: Readonly<Record<string, ModelSize>> = {
  "Qwen2-VL-2B-Instruct": { weights: 4.42e9, kvPerToken: kvPerToken(2) },
  "Qwen2-VL-7B-Instruct": { weights: 16.58e9, kvPerToken: kvPerToken(4) },
  "Qwen2-VL-7B-Instruct fp8": { weights: 10.1e9, kvPerToken: kvPerToken(4) },
  "Qwen2-VL-7B-Instruct-AWQ": { weights: 7e9, kvPerToken: kvPerToken(4) },
};

/** CUDA context and graphs; and the activations of one token of a step. Estimates: 2 GiB at 8192 tokens. */
const FIXED = 0.5 * GIB;
const PER_STEP_TOKEN = (1.5 * GIB) / 8192;

/** What the person gate takes on the same card: a CUDA context, cuDNN, and a detector of 4 MB (estimate). */
export const GATE_GIB = 1;

/** What local speech takes on the same card: 1.6 GB each for hearing and for speaking (its README). */
export const SPEECH_GIB = 3;

/** A long call: from 70 % of `CONTEXT_TOKENS` on, 9,800, a shorter past takes its place. */
export const CALL_TOKENS = 10_000;

/** The model's name, with its quantisation where the engine makes it: `Qwen2-VL-7B-Instruct fp8`. */
export function modelName({ model, quantization }: EngineArguments): string {
  const folder = typeof model === "string" ? (model.split("/").at(-1) ?? "") : "";
  return typeof quantization === "string" ? `${folder} ${quantization}` : folder;
}

/** How a class shares out one card. Memory in GiB. */
export interface Memory {
  /** What vLLM may take at all. */
  readonly engine: number;
  readonly weights: number;
  /** Context, graphs, activations. */
  readonly work: number;
  readonly kv: number;
  readonly kvTokens: number;
  /** Left for the gate, and for speech. */
  readonly left: number;
}

/**
 * The memory of a card under a class's arguments. An estimate: vLLM measures `work` itself at its start.
 *
 * @param cardMib as `nvidia-smi` reports it
 * @throws {RangeError} for a model whose size is not known.
 */
export function toMemory(engineArguments: EngineArguments, cardMib: number): Memory {
  const name = modelName(engineArguments);
  const size = models[name];
  if (size === undefined)
    throw new RangeError(`sizing: got the model ${JSON.stringify(name)}; its size is not known`);
  const card = cardMib / GIB_IN_MIB;
  const engine = card * Number(engineArguments["gpu-memory-utilization"]);
  const weights = size.weights / GIB;
  const work = (FIXED + PER_STEP_TOKEN * Number(engineArguments["max-num-batched-tokens"])) / GIB;
  const kv = Math.max(0, engine - weights - work);
  return {
    engine,
    weights,
    work,
    kv,
    kvTokens: Math.floor((kv * GIB) / size.kvPerToken),
    left: card - engine,
  };
}

/**
 * Free memory that a card must have before engine, gate and, where it is asked for, speech start there, in
 * MiB. With less than its share free vLLM refuses to start.
 */
export function toNeededMib(
  engineArguments: EngineArguments,
  cardMib: number,
  { speech = false }: { readonly speech?: boolean } = {},
): number {
  const share = Number(engineArguments["gpu-memory-utilization"]);
  return Math.ceil(cardMib * share + (GATE_GIB + (speech ? SPEECH_GIB : 0)) * GIB_IN_MIB);
}

/**
 * Calls whose whole past stays in KV memory, so that each question finds it computed. One more, and the
 * call that was silent longest loses its past.
 *
 * @param options.callTokens of the longest prompt of a call, its answer included
 * @param options.blockSize tokens of one block of KV memory
 */
export function callsPerGpu(
  kvTokens: number,
  {
    callTokens = CALL_TOKENS,
    blockSize = 16,
  }: { readonly callTokens?: number; readonly blockSize?: number } = {},
): number {
  return Math.floor(Math.floor(kvTokens / blockSize) / Math.ceil(callTokens / blockSize));
}
