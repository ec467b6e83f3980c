import { parseArgs } from "node:util";
import { expect, test } from "vitest";
import { toArguments, toUpOptions, UP_OPTIONS } from "../../../../orchestrator/commands/stack/up-options.ts";

const read = (...args: readonly string[]) =>
  toUpOptions(parseArgs({ args: [...args], options: UP_OPTIONS }).values);

test("nothing said: vLLM in containers, by the card; an empty word, as make hands it on, is nothing said", () => {
  const nothing = {
    engine: "vllm",
    runtime: "docker",
    gpuClass: undefined,
    gpu: undefined,
    profiles: ["observability"],
    lan: false,
    simulator: [],
  };
  expect(read()).toEqual(nothing);
  expect(read("--engine=", "--runtime=", "--gpu-class=", "--gpu=", "--profiles=")).toEqual(nothing);
});

test("a list of profiles takes the place of the default's; a word for none of them", () => {
  expect(read("--profiles=speech").profiles).toEqual(["speech"]);
  expect(read("--profiles=none").profiles).toEqual([]);
  const processes = ["--engine=simulator", "--runtime=process"];
  expect(read(...processes).profiles).toEqual([]);
  expect(read(...processes, "--profiles=none").profiles).toEqual([]);
});

test.each([
  [[]],
  [["--profiles=none"]],
  [["--engine=simulator", "--runtime=process", "--profiles=none"]],
  [["--engine=vllm", "--gpu-class=48gb", "--gpu=1", "--profiles=speech, turn"]],
  [
    [
      "--engine=simulator",
      "--runtime=process",
      "--lan",
      "--simulator=--profile l4-2b --fault slow-first=700",
    ],
  ],
])("%j: whoever is started with the same words understands the same", (args) => {
  expect(read(...toArguments(read(...args)))).toEqual(read(...args));
});

test.each([
  [["--engine", "vlm"], /^--engine: got "vlm"; expected vllm or simulator$/],
  [["--gpu-class", "12gb"], /^--gpu-class: got "12gb"; expected 8-16gb/],
  [["--runtime", "process"], /vllm, which runs in a container; expected --engine simulator$/],
  [["--engine=simulator", "--runtime=process", "--profiles=turn"], /^--profiles: got turn .* expected none/],
  [["--profiles=none,turn"], /^--profiles: got none,turn; expected names, or none alone$/],
])("%j is refused", (args, fault) => {
  expect(() => read(...args)).toThrow(fault);
});
