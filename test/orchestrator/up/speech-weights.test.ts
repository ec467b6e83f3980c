import { expect, test } from "vitest";
import { speechWeights } from "../../../orchestrator/up/speech-weights.ts";
import { readRepositories } from "../../../orchestrator/assets/repositories.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";
import { CPU_FILE, GPU_FILE, loadModel, SPEECH_CPU_FILE } from "../../containers/compose-model.ts";

test("without local speech there is nothing to fetch", () => {
  expect(speechWeights(undefined, "piper-de_DE-thorsten-medium")).toEqual([]);
});

test.each([
  ["gpu", [GPU_FILE], undefined],
  ["gpu", [GPU_FILE], "piper-de_DE-thorsten-medium"],
  ["cpu", [GPU_FILE, SPEECH_CPU_FILE], undefined],
  ["cpu", [GPU_FILE, SPEECH_CPU_FILE], "piper-de_DE-thorsten-medium"],
  ["cpu", [GPU_FILE, CPU_FILE, SPEECH_CPU_FILE], undefined],
] as const)(
  "on the %s by %j with the voice %s, what is fetched is what the servers are started on",
  async (device, files, piper) => {
    const fetched = speechWeights(device, piper);
    const { services } = await loadModel(files, {
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
