import sharp from "sharp";
import { expect, test } from "vitest";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { readClass } from "../../../inference/vllm/read-class.ts";
import { callsPerGpu, toMemory, toNeededMib } from "../../../inference/vllm/sizing.ts";
import { endLater } from "./warm-up-program.ts";

test("agrees with the reference: tokens of KV memory on 24 GB, and calls", () => {
  const on24 = (model: string): number => {
    const { quantization: _, ...unquantised } = readClass("24gb-ada");
    return toMemory({ ...unquantised, model, "gpu-memory-utilization": 0.9 }, 24_000).kvTokens;
  };
  expect(on24("/models/Qwen2-VL-2B-Instruct") / 560_000).toBeCloseTo(1, 1);
  expect(on24("/models/Qwen2-VL-7B-Instruct") / 50_000).toBeLessThan(1.4);
  expect(callsPerGpu(560_000)).toBe(56);
  expect(() => on24("/models/unknown")).toThrow(RangeError);
});

test("the parts add up to the card", () => {
  const { engine, weights, work, kv, left } = toMemory(readClass("24gb-ada"), 23_034);
  expect(weights + work + kv).toBeCloseTo(engine, 6);
  expect((engine + left) * 1024).toBeCloseTo(23_034, 6);
  expect(toNeededMib(readClass("24gb-ada"), 23_034)).toBe(Math.ceil(23_034 * 0.8 + 1024));
});

test("a model that does not fit has no KV memory", () => {
  expect(toMemory(readClass("80gb"), 8188)).toMatchObject({ kv: 0, kvTokens: 0 });
});

/** Ten pictures of 768 tokens, each in a turn of its own, as a call of ten questions has them. */
const QUESTIONS = 10;
const picture = await sharp({ create: { width: 896, height: 672, channels: 3, background: "red" } })
  .jpeg()
  .toBuffer();
const url = `data:image/jpeg;base64,${picture.toString("base64")}`;

interface Usage {
  readonly prompt_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Calls that ask their eleventh question one after the other, twice; tokens of the second round. */
async function ask(calls: number, kvTokens: number): Promise<readonly Usage[]> {
  const simulator = await startSimulator({ kvTokens });
  endLater(() => simulator.close());
  const one = async (call: number): Promise<Usage> => {
    const turns = Array.from({ length: QUESTIONS }, (_, turn) => [
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url }, uuid: `${call}-${turn}` },
          { type: "text", text: "What is this? ".repeat(30) },
        ],
      },
      { role: "assistant", content: "A red door." },
    ]).flat();
    const body = {
      model: "vision",
      messages: [{ role: "system", content: "You see." }, ...turns, { role: "user", content: "And now?" }],
      max_completion_tokens: 4,
      cache_salt: `call-${call}`,
    };
    const answer = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return ((await answer.json()) as { usage: Usage }).usage;
  };
  const second: Usage[] = [];
  for (const round of [1, 2])
    for (let call = 0; call < calls; call += 1) {
      const usage = await one(call);
      if (round === 2) second.push(usage);
    }
  return second;
}

test("as many calls as the arithmetic says keep their past; one more, and all lose it by turns", async () => {
  const [alone] = await ask(1, 64_000);
  const callTokens = (alone?.prompt_tokens ?? 0) + 4;
  expect(callTokens).toBeGreaterThan(8500);
  const kvTokens = 4 * Math.ceil(callTokens / 16) * 16;
  expect(callsPerGpu(kvTokens, { callTokens })).toBe(4);
  expect(callsPerGpu(kvTokens - 1, { callTokens })).toBe(3);
  for (const { prompt_tokens, prompt_tokens_details } of await ask(4, kvTokens))
    expect(prompt_tokens_details.cached_tokens).toBeGreaterThan(prompt_tokens - 32);
  for (const { prompt_tokens_details } of await ask(5, kvTokens))
    expect(prompt_tokens_details.cached_tokens).toBeLessThan(100);
});
