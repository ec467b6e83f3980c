import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { PROJECT, sightline } from "../programs.ts";
import { fakeMachine } from "./fake-machine.ts";
import { TWO_CARDS } from "../../standins/nvidia-smi.ts";

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

/** The second of two cards. */
const CARD = "GPU-a1ea1946-07c0-8ed5-2ba1-d96f82c89cd3";
/** Depends on the machine's disk, and on whether the lock file is pinned yet. */
const NOT_ABOUT_TOOLS = /too little disk|are not pinned/;

async function refusal(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const dataDir = join(folder.path, "data");
  const before = readdirSync(PROJECT).toSorted();
  const up = sightline(["up", ...args], { env: { DATA_DIR: dataDir, ...env } });
  expect(await up.ended).toBe(1);
  expect(up.stdout()).toBe("");
  expect(existsSync(dataDir)).toBe(false);
  expect(readdirSync(PROJECT).toSorted()).toEqual(before);
  const lines = up.stderr().trimEnd().split("\n");
  expect(lines.length).toBeLessThan(24);
  expect(lines[0]).toMatch(/^sightline: not started, and nothing was changed: .* in the way$/);
  return lines.slice(1).filter((line) => !NOT_ABOUT_TOOLS.test(line));
}

test("on a machine without anything: all that is missing on one screen, and nothing is written", async () => {
  const programs = join(folder.path, "bin");
  const machine = fakeMachine(programs);
  machine.only("sh", "dirname", "readlink");
  symlinkSync(process.execPath, join(programs, "node"));
  const taken = createServer().listen(0, "0.0.0.0");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const lines = await refusal({
    PATH: programs,
    PAGE_PORT: String(port),
    LIVEKIT_API_SECRET: "change-me-change-me-change-me-32",
  });
  taken.close();
  expect(lines).toEqual([
    "  - no NVIDIA driver: nvidia-smi is not on PATH; expected driver 550 or newer",
    "  - no Docker: docker is not on PATH; expected Docker Engine with its compose plugin",
    "  - no NVIDIA container toolkit: Docker cannot hand a GPU to a container; expected nvidia-container-toolkit to be installed",
    `  - port ${port}/tcp (page) is taken; expected a free one`,
    "  - weak secret: LIVEKIT_API_SECRET holds a word that is tried first; expected at least 32 characters of chance, or none at all",
    "Without a GPU, as programs of this machine: make up ENGINE=simulator RUNTIME=process",
  ]);
});

test("profiles: no such name, what TURN needs, and what has no containers, before anything is changed", async () => {
  const machine = fakeMachine(join(folder.path, "bin"));
  machine.docker({ rootDir: folder.path, gpus: false });
  const env = { PATH: machine.path, NODE_IP: "10.0.0.4", BIND_ADDRESS: "127.0.0.1" };
  const lines = await refusal(env, "--engine", "simulator", "--profiles", "turn,speach");
  expect(lines).toEqual([
    expect.stringMatching(
      /^ {2}- no profile "speach"; expected of PROFILES: speech, observability, turn, or none$/,
    ),
    expect.stringMatching(/^ {2}- profile turn: TURN_DOMAIN is not set/),
    expect.stringMatching(/^ {2}- profile turn: TLS_CERT_FILE and TLS_KEY_FILE name no certificate/),
    expect.stringMatching(/^ {2}- profile turn: PUBLIC_ORIGINS names no page/),
    expect.stringMatching(/^ {2}- profile turn: NODE_IP is 10\.0\.0\.4/),
  ]);
  const args = ["up", "--engine", "simulator", "--runtime", "process", "--profiles", "speech"];
  const without = sightline(args, { env: { DATA_DIR: join(folder.path, "data") } });
  expect(await without.ended).toBe(2);
  expect(without.stderr()).toMatch(
    /^sightline: --profiles: got speech with the runtime process; expected none/,
  );
  expect(existsSync(join(folder.path, "data"))).toBe(false);
});

test("local speech beside an engine that runs: ports, disk and card are looked at for what is added, on the same card", async () => {
  const machine = fakeMachine(join(folder.path, "bin"));
  const used = TWO_CARDS.gpus.replace("24576, 24124", "24576, 2900");
  machine.nvidiaSmi({ ...TWO_CARDS, gpus: used });
  machine.docker({ rootDir: folder.path, gpus: true });
  mkdirSync(join(folder.path, "kept", "up"), { recursive: true });
  const plan = { arguments: [], environment: { VLLM_GPU: CARD }, address: "https://localhost:8443" };
  folder.put("kept/up/compose.json", JSON.stringify(plan));
  const running = ["vllm", "gateway", "livekit"].map((name) =>
    JSON.stringify({ Service: name, State: "running" }),
  );
  machine.containers({ config: '{"services":{}}', ps: running.join("\n") });
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  onTestFinished(() => void taken.close());
  const refusedWith = async (more: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const up = sightline(["up", "--profiles", "speech,observability"], {
      env: {
        PATH: machine.path,
        DATA_DIR: join(folder.path, "kept"),
        BIND_ADDRESS: "127.0.0.1",
        PAGE_PORT: String(port),
        GRAFANA_PORT: String(port),
        ...more,
      },
    });
    expect(await up.ended).toBe(1);
    const all = up.stderr().trimEnd().split("\n").slice(1);
    return all.filter((line) => !NOT_ABOUT_TOOLS.test(line));
  };
  const lines = await refusedWith({});
  expect(lines).toEqual([
    `  - port ${port}/tcp (Grafana; GRAFANA_PORT) is taken; expected a free one`,
    "  - too little free GPU memory for local speech: GPU 1 (NVIDIA GeForce RTX 3090) has 2900 MiB free beside what runs; expected 3072, another card in SPEECH_GPU, or SPEECH_DEVICE=cpu",
    expect.stringContaining("Without a GPU"),
  ]);
  const onCpu = await refusedWith({ SPEECH_DEVICE: "cpu" });
  expect(onCpu).toEqual([lines[0], expect.stringContaining("Without a GPU")]);
  const elsewhere = await refusedWith({ SPEECH_DEVICE: "npu" });
  expect(elsewhere).toContain('  - profile speech: SPEECH_DEVICE is "npu"; expected gpu or cpu');
}, 20_000);

test("a card that somebody else uses, a driver that fails, an engine that is not started", async () => {
  const machine = fakeMachine(join(folder.path, "bin"));
  machine.nvidiaSmi(TWO_CARDS);
  machine.docker({ rootDir: folder.path, gpus: true });
  const env = { PATH: machine.path };
  expect(await refusal(env, "--gpu", "0")).toEqual([
    expect.stringMatching(/^ {2}- too little free GPU memory: GPU 0 .* python3 \(process 91344, 21\.1 GiB\)/),
    expect.stringContaining("Without a GPU"),
  ]);

  machine.brokenNvidiaSmi();
  machine.docker({ rootDir: folder.path, gpus: false });
  expect(await refusal(env)).toEqual([
    expect.stringMatching(/^ {2}- the NVIDIA driver does not answer: nvidia-smi says "NVIDIA-SMI has failed/),
    expect.stringContaining("no NVIDIA container toolkit"),
    expect.stringContaining("Without a GPU"),
  ]);

  machine.sleepingDocker();
  expect(await refusal(env, "--engine", "simulator")).toEqual([
    expect.stringMatching(/^ {2}- no Docker engine: docker says "Cannot connect to the Docker daemon/),
  ]);
});
