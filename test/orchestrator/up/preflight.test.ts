import { expect, test } from "vitest";
import { toGpus } from "../../../orchestrator/up/nvidia-smi.ts";
import { pickGpu } from "../../../orchestrator/up/pick-gpu.ts";
import { type MachineFacts, preflight } from "../../../orchestrator/up/preflight.ts";
import { NO_MODULE, ONE_L4, type SmiAnswers, TWO_CARDS } from "../../standins/nvidia-smi.ts";

const engine = { version: "29.1.3", gpus: true, volumesDir: "/var/lib/docker", imagesDir: "/var/lib/docker" };
const WELL: MachineFacts = {
  gpus: { state: "answered", gpus: toGpus(ONE_L4) },
  docker: { state: "answered", engine, said: "", compose: "2.40.3" },
  toolkit: true,
  disks: [],
  takenPorts: [],
  weakSecrets: [],
  missing: [],
};

const look = (changes: Partial<MachineFacts>, gpu?: string): readonly string[] =>
  preflight({ ...WELL, ...changes }, (gpus) => pickGpu(gpus, { gpu, gpuClass: undefined }));
const cards = (answers: SmiAnswers): Partial<MachineFacts> => ({
  gpus: { state: "answered", gpus: toGpus(answers) },
});

test("a machine that has everything: nothing to say", () => {
  expect(look({})).toEqual([]);
});

test("a machine that has nothing: one sentence for each thing, all at once", () => {
  const faults = look({
    gpus: { state: "missing" },
    docker: { state: "missing" },
    toolkit: false,
    disks: [{ path: "/data", use: "images", neededBytes: 40e9, freeBytes: 3e9 }],
    takenPorts: [{ port: 8000, protocol: "tcp", use: "page" }],
    weakSecrets: ["weak secret"],
    missing: ["no such file"],
  });
  expect(faults).toEqual([
    "no NVIDIA driver: nvidia-smi is not on PATH; expected driver 550 or newer",
    "no Docker: docker is not on PATH; expected Docker Engine with its compose plugin",
    "no NVIDIA container toolkit: Docker cannot hand a GPU to a container; expected nvidia-container-toolkit to be installed",
    "too little disk at /data: 3.0 GB free; expected 40.0 GB for images",
    "port 8000/tcp (page) is taken; expected a free one",
    "weak secret",
    "no such file",
  ]);
});

test("a driver that does not answer is quoted", () => {
  const [fault] = look({ gpus: { state: "failed", said: NO_MODULE.trim() } });
  expect(fault).toMatch(/^the NVIDIA driver does not answer: nvidia-smi says "NVIDIA-SMI has failed/);
});

test("a driver that is too old for the pinned image", () => {
  const old = { ...ONE_L4, gpus: ONE_L4.gpus.replace("580.95.05", "535.183.01") };
  expect(look(cards(old))).toEqual(["the NVIDIA driver is too old: 535.183.01; expected 550 or newer"]);
});

test("too little free memory names who has it", () => {
  expect(look(cards(TWO_CARDS), "0")).toEqual([
    expect.stringMatching(
      /^too little free GPU memory: GPU 0 \(NVIDIA GeForce RTX 4090\) has 2\.3 GiB free; it is in use by .*gnome.* \(process 5627, 0\.2 GiB\), python3 \(process 91344, 21\.1 GiB\); expected 20\.2 GiB for class 24gb-ada$/,
    ),
  ]);
});

test("local speech on the card is part of what must be free", () => {
  const busy = { ...ONE_L4, gpus: ONE_L4.gpus.replace("22565", "21000") };
  expect(look(cards(busy))).toEqual([]);
  const pick = (gpus: ReturnType<typeof toGpus>) =>
    pickGpu(gpus, { gpu: undefined, gpuClass: undefined, speech: { gpu: undefined } });
  expect(preflight({ ...WELL, ...cards(busy) }, pick)).toEqual([
    expect.stringMatching(/has 20\.5 GiB free; expected 22\.0 GiB for class 24gb-ada with local speech$/),
  ]);
});

test("no card at all", () => {
  expect(look({ gpus: { state: "answered", gpus: [] } })).toEqual([
    "no GPU: nvidia-smi lists none; expected an NVIDIA GPU",
  ]);
});

test("Docker without an engine, without a plugin, with an old one, without its way to the GPU", () => {
  const docker = { state: "answered", engine, said: "", compose: "2.40.3" } as const;
  expect(look({ docker: { ...docker, engine: undefined, said: "Cannot connect" } })).toEqual([
    'no Docker engine: docker says "Cannot connect"; expected an engine that runs',
  ]);
  const old = { ...engine, version: "24.0.7" };
  expect(look({ docker: { ...docker, engine: old } })).toEqual([
    "the Docker engine is too old: 24.0.7; expected 25 or newer",
  ]);
  expect(look({ docker: { ...docker, compose: undefined } })).toEqual([
    expect.stringMatching(/^no fit Docker Compose: got no plugin; expected docker compose 2\.\d+ or newer$/),
  ]);
  expect(look({ docker: { ...docker, compose: "2.17.3" } })).toHaveLength(1);
  expect(look({ docker: { ...docker, compose: "5.0.1" } })).toEqual([]);
  expect(look({ docker: { ...docker, engine: { ...engine, gpus: false } } })).toEqual([
    expect.stringContaining("nvidia-ctk runtime configure"),
  ]);
});

test("without an engine on a GPU nothing is asked of the GPU, nor of the toolkit", () => {
  expect(preflight({ ...WELL, gpus: undefined, toolkit: false }, undefined)).toEqual([]);
});
