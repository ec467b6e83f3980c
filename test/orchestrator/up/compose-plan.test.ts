import { expect, test } from "vitest";
import { composePlan, type ComposePlanOptions } from "../../../orchestrator/up/compose-plan.ts";
import { toGpus } from "../../../orchestrator/up/nvidia-smi.ts";
import { pickGpu } from "../../../orchestrator/up/pick-gpu.ts";
import { ONE_L4, type SmiAnswers, SPLIT_H100 } from "../../standins/nvidia-smi.ts";

const picked = (answers: SmiAnswers) => {
  const pick = pickGpu(toGpus(answers), { gpu: undefined, gpuClass: undefined });
  if (pick.gpu === undefined) throw new Error(pick.why);
  return pick;
};
const plan = (changes: Partial<ComposePlanOptions> = {}) =>
  composePlan({
    projectDir: "/srv/sightline",
    engine: "vllm",
    profiles: [],
    operator: {},
    picked: picked(ONE_L4),
    lan: "192.168.1.20",
    secretsDir: "/srv/sightline/.data/secrets",
    secretFiles: { SECRET_KEY_FILE: "/srv/sightline/.data/secrets/secret_key" },
    hasSettings: true,
    ...changes,
  });

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
    lan: undefined,
  });
  expect(words.filter((word) => word.startsWith("--file="))).toHaveLength(2);
  const files = words.filter((word) => word.startsWith("--env-file="));
  expect(files.map((file) => file.split("/").at(-1))).toEqual(["english.env", "cpu.env", ".env"]);
  expect(words.slice(-2)).toEqual(["--profile=speech", "--profile=turn"]);
  expect(environment).not.toHaveProperty("GPU_CLASS");
  expect(environment["NODE_IP"]).toBe("127.0.0.1");
});
