import { expect, test } from "vitest";
import { planWords } from "../../../orchestrator/up/plan-words.ts";

const FILE = "--file=/srv/docker-compose.gpu.yml";

test.each([
  [[FILE], {}, { engine: "vllm", profiles: "none" }],
  [
    [FILE, "--profile=observability", "--profile=turn"],
    { GPU_CLASS: "24gb-ada", VLLM_GPU: "0" },
    { engine: "vllm", profiles: "observability,turn", "gpu-class": "24gb-ada" },
  ],
  [
    [FILE, "--file=/srv/docker-compose.cpu.yml", "--profile=speech"],
    {},
    { engine: "simulator", profiles: "speech" },
  ],
])("what was started by %j with %j was brought up by %j", (words, environment, expected) => {
  expect(planWords({ arguments: words, environment })).toEqual(expected);
});
