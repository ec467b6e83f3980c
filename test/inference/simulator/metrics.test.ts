import { describe, expect, it } from "vitest";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { ask, jpegUrl } from "../../../scripts/contract-vllm-wire.ts";
import { recordedMetrics } from "./fixture.ts";

/** Every series without its value, the values of labels that are configuration or an interpreter's left out. */
function series(text: string): Set<string> {
  const left = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.slice(0, line.lastIndexOf(" ")))
    .filter((name) => !/^(python_|process_(open|max)_fds)/.test(name))
    // what a GPU server has and its own paths, which our traffic does not touch
    .filter((name) => !/handler="(none|\/openapi.json|\/(de)?tokenize|\/v1\/models)"/.test(name))
    .filter((name) => !/status="5xx"/.test(name))
    .map((name) => (name.startsWith("vllm:cache_config_info") ? "vllm:cache_config_info" : name));
  return new Set(left);
}
const types = (text: string): string[] =>
  text.split("\n").filter((line) => /^# (TYPE|HELP) (vllm|http)/.test(line));

describe("metrics", () => {
  it("has every name, label, bucket, type and help text of a real vLLM", async () => {
    const simulator = await startSimulator({ maxModelLen: 4096 });
    const content = [{ type: "image_url", image_url: { url: await jpegUrl(64, 64) } }];
    const body = { model: "vision", messages: [{ role: "user", content }] };
    await ask(simulator.url, { body });
    await ask(simulator.url, { body: { ...body, model: "nope" } });
    const { text } = await ask(simulator.url, { method: "GET", path: "/metrics" });
    await simulator.close();
    const [ours, theirs] = [series(text), series(recordedMetrics())];
    expect([...theirs].filter((name) => !ours.has(name))).toEqual([]);
    expect([...ours].filter((name) => !theirs.has(name))).toEqual([]);
    expect(types(text).sort()).toEqual(types(recordedMetrics()).sort());
  });

  it("counts what happened", async () => {
    const simulator = await startSimulator({ answer: "One two three." });
    const body = {
      model: "vision",
      max_completion_tokens: 50,
      messages: [{ role: "user", content: "word ".repeat(50) }],
    };
    await ask(simulator.url, { body });
    await ask(simulator.url, { body });
    const { text } = await ask(simulator.url, { method: "GET", path: "/metrics" });
    await simulator.close();
    const value = (name: string): number =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`vllm:${name}{`))
          ?.split(" ")
          .at(-1),
      );
    const prompt = value("request_prompt_tokens_sum") / 2;
    const cached = 16 * Math.floor((prompt - 1) / 16);
    expect(value("prompt_tokens_cached_total")).toBe(cached);
    expect(value("request_prefill_kv_computed_tokens_sum")).toBe(2 * prompt - cached);
    expect(value("generation_tokens_total")).toBe(10);
    expect(value("inter_token_latency_seconds_count")).toBe(8);
    expect(value("time_to_first_token_seconds_count")).toBe(2);
    expect(value("request_params_max_tokens_sum")).toBe(100);
    expect(value("iteration_tokens_total_sum")).toBe(2 * prompt - cached + 8);
  });
});
