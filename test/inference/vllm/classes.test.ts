import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromMib, gpuClasses } from "../../../inference/vllm/choose-class.ts";
import { classFile, readClass } from "../../../inference/vllm/read-class.ts";
import { callsPerGpu, GATE_GIB, SPEECH_GIB, toMemory } from "../../../inference/vllm/sizing.ts";
import { readRepositories } from "../../../orchestrator/assets/repositories.ts";
import { variables } from "../../../orchestrator/environment.ts";
import { fitDetailed } from "../../../orchestrator/vision/sizes.ts";
import { engineReadme } from "../../../scripts/write-engine-table.ts";

/** What differs between classes; everything else is the same in each. */
const OWN = [
  "model",
  "dtype",
  "quantization",
  "gpu-memory-utilization",
  "max-num-seqs",
  "max-num-queued-reqs",
  "max-num-batched-tokens",
  "mm-processor-cache-gb",
];
const COMMON = {
  "served-model-name": "vision",
  host: "0.0.0.0",
  port: 8000,
  "max-model-len": 16_384,
  "limit-mm-per-prompt": { image: { count: 25, width: 896, height: 672 }, video: 0 },
  "mm-processor-kwargs": { min_pixels: 100_352, max_pixels: 602_112 },
  "enable-prefix-caching": true,
  "prefix-caching-hash-algo": "sha256",
  "scheduling-policy": "priority",
  "performance-mode": "interactivity",
  "enable-prompt-tokens-details": true,
  "enable-per-request-metrics": true,
  "enable-request-id-headers": true,
  "shutdown-timeout": 20,
  "generation-config": "vllm",
  "chat-template-content-format": "openai",
  "allowed-media-domains": "media.invalid",
  "disable-access-log-for-endpoints": "/health,/metrics,/ping",
};

const rules = readFileSync(
  new URL("../../../observability/prometheus/rules/engine.yml", import.meta.url),
  "utf8",
);

test("there is one file for each class, and no other", () => {
  const files = readdirSync(new URL(".", classFile("48gb")));
  expect(new Set(files)).toEqual(new Set(gpuClasses.map((name) => `${name}.yaml`)));
});

describe.each(gpuClasses)("%s", (name) => {
  const its = readClass(name);
  const memory = toMemory(its, fromMib[name]);

  test("has the arguments that all classes share, its own, and no other", () => {
    expect(its).toMatchObject(COMMON);
    const others = Object.keys(its).filter((key) => !Object.hasOwn(COMMON, key) && !OWN.includes(key));
    expect(others).toEqual([]);
    for (const key of OWN) if (key !== "quantization") expect(its).toHaveProperty(key);
  });

  test("fits the smallest card of the class: weights, a longest prompt and three calls", () => {
    expect(memory.kvTokens).toBeGreaterThan(Number(its["max-model-len"]));
    expect(callsPerGpu(memory.kvTokens)).toBeGreaterThanOrEqual(3);
  });

  test("leaves room for the gate, and takes at most 95 % together with it", () => {
    expect(memory.left).toBeGreaterThan(GATE_GIB);
    const card = fromMib[name] / 1024;
    expect((memory.engine + GATE_GIB) / card).toBeLessThanOrEqual(0.95);
  });

  test("shared with the gate, and with speech where it has room, it raises no alert", () => {
    const shared = GATE_GIB + SPEECH_GIB <= memory.left ? GATE_GIB + SPEECH_GIB : GATE_GIB;
    const [, alert = ""] = /DCGM_FI_DEV_FB_FREE \/ .* < ([\d.]+)$/m.exec(rules) ?? [];
    expect((memory.left - shared) / (fromMib[name] / 1024)).toBeGreaterThan(Number(alert));
    expect(Number(alert)).toBeGreaterThan(0);
  });

  test("refuses at once what would wait too long, but takes all that can run", () => {
    expect(Number(its["max-num-queued-reqs"])).toBeGreaterThan(Number(its["max-num-seqs"]));
  });

  test("computes a picture and the system text in one step", () => {
    expect(Number(its["max-num-batched-tokens"])).toBeGreaterThanOrEqual(4 * 768);
  });

  test("names a model of the lock file", async () => {
    const lock = await readRepositories(
      new URL("../../../inference/models.lock.json", import.meta.url).pathname,
    );
    expect(lock.map((one) => `/models/${one.name}`)).toContain(its["model"]);
  });
});

describe("the orchestrator's defaults", () => {
  const limit = COMMON["limit-mm-per-prompt"].image;
  const { min_pixels, max_pixels } = COMMON["mm-processor-kwargs"];

  test("send no more pictures than the engine takes", () => {
    expect(variables.LOCAL_PICTURES.schema.parse(undefined) + 1).toBe(limit.count);
  });

  test("send no picture that the engine would resample, and none larger than it is measured for", () => {
    expect(limit.width * limit.height).toBe(max_pixels);
    for (const [width, height] of [
      [1280, 720],
      [1024, 768],
      [4000, 3000],
      [720, 1280],
      [640, 480],
    ] as const) {
      const size = fitDetailed({ width, height });
      expect(size.width * size.height).toBeLessThanOrEqual(max_pixels);
      expect(size.width * size.height).toBeGreaterThanOrEqual(min_pixels);
    }
  });

  test("let no past grow beyond the engine's context: its words, the answer, the question's picture", () => {
    const past = variables.CONTEXT_TOKENS.schema.parse(undefined);
    const answer = variables.MAX_ANSWER_TOKENS.schema.parse(undefined);
    expect(past + answer + 768 + 2 + 1000).toBeLessThanOrEqual(COMMON["max-model-len"]);
  });
});

test("README.md has the table of the classes as they are (node scripts/write-engine-table.ts rewrites it)", () => {
  const readme = readFileSync(new URL("../../../inference/vllm/README.md", import.meta.url), "utf8");
  expect(readme).toBe(engineReadme(readme));
});
