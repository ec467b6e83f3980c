// Writes the table of GPU classes in inference/vllm/README.md from the class files and their arithmetic.
import { readFileSync, writeFileSync } from "node:fs";
import { chooseClass, type GpuClass } from "../inference/vllm/choose-class.ts";
import { readClass } from "../inference/vllm/read-class.ts";
import { callsPerGpu, modelName, toMemory } from "../inference/vllm/sizing.ts";

/** Cards and their memory in MiB, as `nvidia-smi` reports it. */
const CARDS: readonly (readonly [name: string, totalMib: number, computeCapability: number])[] = [
  ["RTX 4060, 8 GB", 8188, 8.9],
  ["RTX 3060, 12 GB", 12_288, 8.6],
  ["RTX 4080, 16 GB", 16_376, 8.9],
  ["A10G, 24 GB", 23_028, 8.6],
  ["L4, 24 GB", 23_034, 8.9],
  ["RTX 4090, 24 GB", 24_564, 8.9],
  ["L40S, 48 GB", 46_068, 8.9],
  ["H100, 80 GB", 81_559, 9],
  ["H200, 141 GB", 143_771, 9],
];
const BEGIN = "<!-- classes -->\n";
const END = "<!-- /classes -->";

/** The README with the table as it must be. */
export function engineReadme(readme: string): string {
  const [before, after] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`README.md: expected ${BEGIN.trim()} before ${END}`);
  return readme.slice(0, before + BEGIN.length) + table() + readme.slice(after);
}

function table(): string {
  const rows = CARDS.map(([name, totalMib, computeCapability]) => {
    const choice = chooseClass({ name, totalMib, computeCapability });
    if (choice.class === undefined) throw new Error(choice.reason);
    return row(name, totalMib, choice.class);
  });
  return [
    "|card|class|model|vLLM may take|weights|KV memory|KV tokens|calls|left|",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function row(name: string, totalMib: number, gpuClass: GpuClass): string {
  const its = readClass(gpuClass);
  const { engine, weights, kv, kvTokens, left } = toMemory(its, totalMib);
  const gib = (value: number): string => `${value.toFixed(1)} GiB`;
  return `|${[
    name,
    `\`${gpuClass}\``,
    modelName(its),
    `${Number(its["gpu-memory-utilization"]) * 100} % = ${gib(engine)}`,
    gib(weights),
    gib(kv),
    `${Math.round(kvTokens / 1000)} k`,
    callsPerGpu(kvTokens),
    gib(left),
  ].join("|")}|`;
}

if (import.meta.main) {
  const file = new URL("../inference/vllm/README.md", import.meta.url);
  writeFileSync(file, engineReadme(readFileSync(file, "utf8")));
}
