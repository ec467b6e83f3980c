/** GPU classes, weakest first; the engine arguments of each are in `classes/<class>.yaml`. */
export const gpuClasses = ["8-16gb", "24gb-ampere", "24gb-ada", "48gb", "80gb"] as const;

export type GpuClass = (typeof gpuClasses)[number];

/** Memory from which a card belongs to a class, in MiB as `nvidia-smi` reports it: less than on the box. */
export const fromMib: Readonly<Record<GpuClass, number>> = {
  "8-16gb": 8000,
  "24gb-ampere": 22_000,
  "24gb-ada": 22_000,
  "48gb": 44_000,
  "80gb": 76_000,
};

/** A card, or a slice of one, as `nvidia-smi` reports it. Undefined: it does not say. */
export interface Card {
  readonly name: string;
  /** In MiB. */
  readonly totalMib: number | undefined;
  /** Such as 8.9. */
  readonly computeCapability: number | undefined;
}

/** The class of a card, and why; without a class: why the engine cannot run there. */
export type ClassChoice =
  | { readonly class: GpuClass; readonly reason: string }
  | { readonly class: undefined; readonly reason: string };

/** The first architecture that computes in bfloat16 (Ampere), and the first in fp8 (Ada). */
const BF16 = 8;
const FP8 = 8.9;

/** Chooses the engine arguments for a card by its memory and compute capability. */
export function chooseClass({ name, totalMib, computeCapability }: Card): ClassChoice {
  if (totalMib === undefined || computeCapability === undefined) {
    const what = totalMib === undefined ? "its memory" : "its compute capability";
    return { class: undefined, reason: `${name}: the driver does not say ${what}` };
  }
  const card = `${name}, ${totalMib} MiB, compute capability ${computeCapability.toFixed(1)}`;
  const none = (reason: string): ClassChoice => ({ class: undefined, reason: `${card}: ${reason}` });
  const take = (chosen: GpuClass, reason: string): ClassChoice => ({
    class: chosen,
    reason: `${card}: ${reason}`,
  });

  if (computeCapability < BF16)
    return none(`too old for bfloat16; expected compute capability ${BF16.toFixed(1)} (Ampere) or above`);
  if (totalMib < fromMib["8-16gb"])
    return none(`too little memory for the smallest model; expected ${fromMib["8-16gb"]} MiB or more`);
  if (totalMib < fromMib["24gb-ada"]) return take("8-16gb", "room for 2 billion parameters");
  if (totalMib < fromMib["48gb"])
    return computeCapability < FP8
      ? take("24gb-ampere", "room for 7 billion parameters of 4 bits; the card does not compute in fp8")
      : take("24gb-ada", "room for 7 billion parameters in fp8, in which the card computes");
  if (totalMib < fromMib["80gb"]) return take("48gb", "room for 7 billion parameters, unquantised");
  return take("80gb", "room for 7 billion parameters, unquantised, and for many calls");
}

/**
 * Chooses among the cards of a machine: the strongest class, and there the most free memory. A list of
 * reasons, one for each card, when none will do.
 */
export function chooseCard<C extends Card & { readonly freeMib: number | undefined }>(
  cards: readonly C[],
): { readonly card: C; readonly class: GpuClass; readonly reason: string } | readonly string[] {
  const fit: { readonly card: C; readonly class: GpuClass; readonly reason: string }[] = [];
  const reasons: string[] = [];
  for (const card of cards) {
    const choice = chooseClass(card);
    if (choice.class === undefined) reasons.push(choice.reason);
    else fit.push({ card, class: choice.class, reason: choice.reason });
  }
  const [best] = fit.toSorted(
    (a, b) =>
      gpuClasses.indexOf(b.class) - gpuClasses.indexOf(a.class) ||
      (b.card.freeMib ?? 0) - (a.card.freeMib ?? 0),
  );
  return best ?? reasons;
}
