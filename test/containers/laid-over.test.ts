import { beforeAll, describe, expect, it } from "vitest";
import { CPU_FILE, devicesOf, GPU_FILE, loadModel, PROFILES, SPEECH_CPU_FILE } from "./compose-model.ts";
import { type RuleContext, RULES } from "./compose-rules.ts";

// What is laid over the compose file for a choice of the operator's.

/** The rule for GPUs looks at nothing else. */
const NO_CONTEXT = {} as RuleContext;

// The loader is built here the first time.
beforeAll(async () => void (await loadModel([GPU_FILE])), 600_000);

it("has speech on the CPU beside an engine on its card, and nothing else changes", async () => {
  const [onCard, onCpu, without] = await Promise.all([
    loadModel([GPU_FILE], { profiles: PROFILES }),
    loadModel([GPU_FILE, SPEECH_CPU_FILE], { profiles: PROFILES }),
    loadModel([GPU_FILE, CPU_FILE, SPEECH_CPU_FILE], { profiles: PROFILES }),
  ]);
  const { stt, tts, ...rest } = onCpu.services;
  expect([stt, tts].map((one) => one && devicesOf(one))).toEqual([[], []]);
  expect([stt, tts].map((one) => one?.read_only)).toEqual([true, true]);
  const { stt: _, tts: __, ...others } = onCard.services;
  expect(rest).toEqual(others);
  expect([stt, tts]).toEqual([without.services["stt"], without.services["tts"]]);
});

describe("whoever reads the cards", () => {
  const cardsOf = async (files: readonly string[], environment: Readonly<Record<string, string>>) => {
    const model = await loadModel([GPU_FILE, ...files], { profiles: PROFILES, environment });
    expect(RULES.gpu(model, NO_CONTEXT)).toEqual([]);
    return devicesOf(model.services["dcgm"]!);
  };
  const cards = { VLLM_GPU: "GPU-1", GATE_GPU: "GPU-2", SECOND_GPU: "GPU-2", THIRD_GPU: "GPU-3" };

  it("is given each that the stack uses", async () => {
    expect(await cardsOf([], cards)).toEqual([{ device_ids: ["GPU-1"] }]);
    expect(await cardsOf(["deploy/two-cards.yml"], cards)).toEqual([{ device_ids: ["GPU-1", "GPU-2"] }]);
    const three = await cardsOf(["deploy/three-cards.yml"], cards);
    expect(three).toEqual([{ device_ids: ["GPU-1", "GPU-2", "GPU-3"] }]);
  });

  it("is not given one twice, nor one that nobody names", async () => {
    const twice = { ...cards, SECOND_GPU: "GPU-1" };
    await expect(cardsOf(["deploy/two-cards.yml"], twice)).rejects.toThrow(/unique|equal/);
    const { SECOND_GPU: _, ...missing } = cards;
    await expect(cardsOf(["deploy/two-cards.yml"], missing)).rejects.toThrow(/SECOND_GPU/);
  });
});
