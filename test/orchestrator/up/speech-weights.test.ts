import { expect, test } from "vitest";
import { speechWeights } from "../../../orchestrator/up/speech-weights.ts";
import { readRepositories } from "../../../orchestrator/assets/repositories.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";
import { loadModel } from "../../containers/compose-model.ts";

const ENGINES = {
  vllm: ["docker-compose.gpu.yml"],
  simulator: ["docker-compose.gpu.yml", "docker-compose.cpu.yml"],
};

test("without the profile there is nothing to fetch", () => {
  expect(speechWeights({ engine: "vllm", profiles: ["turn"] }, "piper-de_DE-thorsten-medium")).toEqual([]);
});

test.each([
  ["vllm", undefined],
  ["vllm", "piper-de_DE-thorsten-medium"],
  ["simulator", undefined],
  ["simulator", "piper-de_DE-thorsten-medium"],
] as const)(
  "with %s and the voice %s, what is fetched is what the servers are started on",
  async (engine, piper) => {
    const fetched = speechWeights({ engine, profiles: ["speech"] }, piper);
    const { services } = await loadModel(ENGINES[engine], {
      profiles: ["speech"],
      environment: piper === undefined ? {} : { SPEECH_PIPER: piper },
    });
    const words = [...(services["stt"]?.command ?? []), ...(services["tts"]?.command ?? [])];
    const served = words.flatMap((word) => /=\/models\/(.+)$/.exec(word)?.[1] ?? []);
    expect([...new Set(served)].toSorted()).toEqual([...fetched].toSorted());
    const lock = await readRepositories(`${PROJECT_DIR}/inference/models.lock.json`);
    expect(lock.map(({ name }) => name)).toEqual(expect.arrayContaining([...fetched]));
  },
  600_000,
);
