import type { Gpu } from "./nvidia-smi.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The cards that the stack uses, each once and the engine's first: UUIDs of cards, or of slices of one.
 *
 * @param environment with `VLLM_GPU`, `GATE_GPU` and `SPEECH_GPU`, which may name a card by its index
 * @param speech local speech runs on a card
 */
export function watchedCards(
  environment: Environment,
  { gpus, speech }: { readonly gpus: readonly Gpu[]; readonly speech: boolean },
): readonly string[] {
  const names = ["VLLM_GPU", "GATE_GPU", ...(speech ? ["SPEECH_GPU"] : [])];
  const cards = names.flatMap((name) => environment[name] || []);
  return [...new Set(cards.map((card) => gpus.find(({ index }) => String(index) === card)?.uuid ?? card))];
}

/** What is laid over the compose file for more than one, since compose takes no list from a variable. */
export function cardsFile(count: number): string | undefined {
  return { 2: "deploy/two-cards.yml", 3: "deploy/three-cards.yml" }[count];
}
