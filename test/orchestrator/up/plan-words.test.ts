import { expect, test } from "vitest";
import { planWords } from "../../../orchestrator/up/plan-words.ts";

const FILE = "--file=/srv/docker-compose.gpu.yml";

test.each([
  [[FILE], { engine: "vllm", profiles: "none" }],
  [[FILE, "--profile=observability", "--profile=turn"], { engine: "vllm", profiles: "observability,turn" }],
  [
    [FILE, "--file=/srv/docker-compose.cpu.yml", "--profile=speech"],
    { engine: "simulator", profiles: "speech" },
  ],
])("what was started by %j was brought up by %j", (words, expected) => {
  expect(planWords({ arguments: words })).toEqual(expected);
});

test("a class that was asked for is a word too", () => {
  expect(planWords({ arguments: [FILE], gpuClass: "48gb" })).toMatchObject({ "gpu-class": "48gb" });
});
