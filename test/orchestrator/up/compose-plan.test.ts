import { expect, test } from "vitest";
import { composePlan, type ComposePlanOptions } from "../../../orchestrator/up/compose-plan.ts";
import { toGpus } from "../../../orchestrator/up/nvidia-smi.ts";
import { pickGpu } from "../../../orchestrator/up/pick-gpu.ts";
import { CPU_FILE, GPU_FILE, SPEECH_CPU_FILE } from "../../containers/compose-model.ts";
import { ONE_L4, type SmiAnswers, SPLIT_H100, TWO_CARDS } from "../../standins/nvidia-smi.ts";

const picked = (answers: SmiAnswers, gpu?: string) => {
  const pick = pickGpu(toGpus(answers), { gpu, gpuClass: undefined });
  if (pick.gpu === undefined) throw new Error(pick.why);
  return pick;
};
const plan = (changes: Partial<ComposePlanOptions> = {}) =>
  composePlan({
    projectDir: "/srv/sightline",
    engine: "vllm",
    profiles: [],
    speech: undefined,
    operator: {},
    picked: picked(ONE_L4),
    gpus: [],
    lan: "192.168.1.20",
    secretsDir: "/srv/sightline/.data/secrets",
    secretFiles: { SECRET_KEY_FILE: "/srv/sightline/.data/secrets/secret_key" },
    hasSettings: true,
    ...changes,
  });

const filesOf = (words: readonly string[]) =>
  words.flatMap((word) => /^--file=\/srv\/sightline\/(.+)$/.exec(word)?.[1] ?? []);

test("class and card follow from what was picked, the page's origins from the network", () => {
  expect(plan()).toEqual({
    arguments: [
      "--project-directory=/srv/sightline",
      "--file=/srv/sightline/docker-compose.gpu.yml",
      "--env-file=/srv/sightline/.env",
    ],
    environment: {
      NODE_IP: "192.168.1.20",
      PUBLIC_ORIGINS: "https://192.168.1.20:8443,https://localhost:8443,https://127.0.0.1:8443",
      GPU_CLASS: "24gb-ada",
      VLLM_GPU: "GPU-2f8b0ab7-6b0f-63c1-9a9e-7d4c2c3de5a1",
      GATE_GPU: "GPU-2f8b0ab7-6b0f-63c1-9a9e-7d4c2c3de5a1",
      SPEECH_GPU: "GPU-2f8b0ab7-6b0f-63c1-9a9e-7d4c2c3de5a1",
      SECRET_KEY_FILE: "/srv/sightline/.data/secrets/secret_key",
      SECRETS_DIR: "/srv/sightline/.data/secrets",
    },
    address: "https://192.168.1.20:8443",
  });
});

test("a class that was asked for is kept, for whoever upgrades it", () => {
  expect(plan().gpuClass).toBeUndefined();
  expect(plan({ gpuClass: "8-16gb" }).gpuClass).toBe("8-16gb");
});

test("an older driver gets the image of CUDA 12.9, by its digest", () => {
  const { environment } = plan({ picked: picked(SPLIT_H100) });
  expect(environment["VLLM_IMAGE"]).toMatch(/^vllm\/vllm-openai:v[\d.]+-cu129@sha256:[0-9a-f]{64}$/);
  expect(environment["VLLM_GPU"]).toMatch(/^MIG-/);
});

test("what the operator has set wins", () => {
  const operator = { PUBLIC_ORIGINS: "https://calls.example.org", NODE_IP: "203.0.113.7", GATE_GPU: "1" };
  expect(plan({ operator })).toMatchObject({ environment: operator, address: "https://calls.example.org" });
  expect(plan({ operator: { PAGE_PORT: "443" } }).address).toBe("https://192.168.1.20:443");
});

test("without a GPU the override is laid over; local speech brings its settings, which .env may change", () => {
  const { arguments: words, environment } = plan({
    engine: "simulator",
    picked: undefined,
    profiles: ["speech", "turn"],
    speech: "cpu",
    lan: undefined,
  });
  expect(filesOf(words)).toEqual([GPU_FILE, CPU_FILE, SPEECH_CPU_FILE]);
  const files = words.filter((word) => word.startsWith("--env-file="));
  expect(files.map((file) => file.split("/").at(-1))).toEqual(["english.env", "cpu.env", ".env"]);
  expect(words.slice(-2)).toEqual(["--profile=speech", "--profile=turn"]);
  expect(environment).not.toHaveProperty("GPU_CLASS");
  expect(environment["NODE_IP"]).toBe("127.0.0.1");
});

test("local speech runs on the engine's card, or on the CPU beside it with the settings of a CPU", () => {
  const on = (speech: "gpu" | "cpu") => plan({ profiles: ["speech"], speech, hasSettings: false }).arguments;
  expect(filesOf(on("gpu"))).toEqual([GPU_FILE]);
  expect(on("gpu").filter((word) => word.startsWith("--env-file="))).toHaveLength(1);
  expect(filesOf(on("cpu"))).toEqual([GPU_FILE, SPEECH_CPU_FILE]);
  expect(on("cpu").findLast((word) => word.startsWith("--env-file="))).toMatch(
    /inference\/speech\/cpu\.env$/,
  );
});

test("who reads the cards is given each that the stack uses, once, under one name", () => {
  const gpus = toGpus(TWO_CARDS);
  const [first, second] = gpus.map(({ uuid }) => uuid);
  const cards = (operator: Readonly<Record<string, string>>, changes: Partial<ComposePlanOptions> = {}) => {
    const profiles = ["speech", "observability"];
    const made = plan({
      gpus,
      profiles,
      speech: "gpu",
      picked: picked(TWO_CARDS, "0"),
      operator,
      ...changes,
    });
    const { SECOND_GPU: two, THIRD_GPU: three } = made.environment;
    return [filesOf(made.arguments).slice(1), two, three];
  };
  const elsewhere = { GATE_GPU: "1", SPEECH_GPU: "GPU-elsewhere" };
  expect(cards({ GATE_GPU: first ?? "", SPEECH_GPU: "0" })).toEqual([[], undefined, undefined]);
  expect(cards({ GATE_GPU: "1", SPEECH_GPU: "0" })).toEqual([["deploy/two-cards.yml"], second, undefined]);
  expect(cards(elsewhere)).toEqual([["deploy/three-cards.yml"], second, "GPU-elsewhere"]);
  const onCpu = cards(elsewhere, { speech: "cpu" });
  expect(onCpu).toEqual([[SPEECH_CPU_FILE, "deploy/two-cards.yml"], second, undefined]);
  expect(cards(elsewhere, { profiles: [], speech: undefined })[0]).toEqual([]);
  expect(cards(elsewhere, { engine: "simulator" })[0]).toEqual([CPU_FILE]);
});
