import { expect, test } from "vitest";
import { type Card, chooseCard, chooseClass, type GpuClass } from "../../../inference/vllm/choose-class.ts";

const card = (name: string, totalMib: number, computeCapability: number): Card => ({
  name,
  totalMib,
  computeCapability,
});

test.each<[GpuClass | undefined, Card]>([
  [undefined, card("NVIDIA GeForce RTX 3050 Laptop GPU", 4096, 8.6)],
  [undefined, card("Tesla T4", 15_360, 7.5)],
  [undefined, card("Tesla V100-SXM2-32GB", 32_768, 7)],
  ["8-16gb", card("NVIDIA GeForce RTX 4060", 8188, 8.9)],
  ["8-16gb", card("NVIDIA GeForce RTX 3060", 12_288, 8.6)],
  ["8-16gb", card("NVIDIA RTX 4000 Ada Generation", 20_475, 8.9)],
  ["24gb-ampere", card("NVIDIA A10G", 23_028, 8.6)],
  ["24gb-ampere", card("NVIDIA GeForce RTX 3090", 24_576, 8.6)],
  ["24gb-ampere", card("NVIDIA A100-SXM4-40GB", 40_960, 8)],
  ["24gb-ada", card("NVIDIA L4", 23_034, 8.9)],
  ["24gb-ada", card("NVIDIA GeForce RTX 4090", 24_564, 8.9)],
  ["24gb-ada", card("NVIDIA GeForce RTX 5090", 32_607, 12)],
  ["48gb", card("NVIDIA A40", 46_068, 8.6)],
  ["48gb", card("NVIDIA L40S", 46_068, 8.9)],
  ["80gb", card("NVIDIA A100-SXM4-80GB", 81_920, 8)],
  ["80gb", card("NVIDIA H100 80GB HBM3", 81_559, 9)],
  ["80gb", card("NVIDIA H200", 143_771, 9)],
])("%s for %o", (name, it) => {
  const choice = chooseClass(it);
  expect(choice.class).toBe(name);
  expect(choice.reason).toContain(it.name);
});

test("the reason says what is missing", () => {
  expect(chooseClass(card("Tesla T4", 15_360, 7.5)).reason).toBe(
    "Tesla T4, 15360 MiB, compute capability 7.5: too old for bfloat16; expected compute capability 8.0 (Ampere) or above",
  );
  expect(chooseClass(card("Quadro", 4096, 8.6)).reason).toBe(
    "Quadro, 4096 MiB, compute capability 8.6: too little memory for the smallest model; expected 8000 MiB or more",
  );
  expect(chooseClass({ ...card("X", 1, 9), totalMib: undefined }).reason).toBe(
    "X: the driver does not say its memory",
  );
  expect(chooseClass({ ...card("X", 1, 9), computeCapability: undefined }).reason).toBe(
    "X: the driver does not say its compute capability",
  );
});

test("among several cards the strongest class wins, then the most free memory", () => {
  const small = { ...card("small", 8192, 8.9), freeMib: 8000 };
  const busy = { ...card("busy", 24_564, 8.9), freeMib: 2000 };
  const free = { ...card("free", 24_564, 8.9), freeMib: 24_000 };
  expect(chooseCard([small, busy, free])).toMatchObject({ card: free, class: "24gb-ada" });
  expect(chooseCard([{ ...small, totalMib: 100 }])).toEqual([expect.stringContaining("too little memory")]);
  expect(chooseCard([])).toEqual([]);
});
