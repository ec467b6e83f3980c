import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { doctor } from "../../../orchestrator/commands/doctor.ts";
import type { Check } from "../../../orchestrator/commands/doctor-check.ts";
import type { DoctorDeps } from "../../../orchestrator/commands/doctor-checks.ts";
import type { Environment } from "../../../orchestrator/config/project-environment.ts";
import { readConfig } from "../../../orchestrator/config/read-config.ts";
import type { ProbeResult } from "../../../orchestrator/engines/probe.ts";
import { jsonLines, type Ran, runCommand } from "../../standins/command.ts";

const well: ProbeResult = {
  reachable: true,
  isVllm: true,
  keyAccepted: true,
  model: "vision",
  modelKnown: true,
  models: ["vision"],
  fault: null,
  ms: 12,
};
const weights = Buffer.from("weights");
const local = { LOCAL_ENGINE_URL: "http://gpu:8000/v1" };
const cloud = { CLOUD_ENGINE_API_KEY: "sk-1" };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-doctor-"));
  const pin = { bytes: weights.length, sha256: createHash("sha256").update(weights).digest("hex") };
  const entry = {
    name: "detector",
    kind: "weights",
    file: "detector.onnx",
    use: "the detector",
    licence: "Apache-2.0",
    url: "https://models.example/detector.onnx",
    revision: "1",
    ...pin,
    mirror: { path: "detector.onnx", ...pin },
  };
  writeFileSync(join(folder, "lock.json"), JSON.stringify({ assets: [entry] }));
  mkdirSync(join(folder, ".models"));
  writeFileSync(join(folder, ".models/detector.onnx"), weights);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Given {
  readonly environment?: Environment;
  readonly nodeVersion?: string;
  readonly gateReady?: boolean;
  readonly probed?: Partial<ProbeResult>;
  readonly livekitUp?: boolean;
  readonly espeak?: boolean;
}

function deps({
  environment = {},
  nodeVersion = "24.12.0",
  gateReady = true,
  probed = {},
  livekitUp = true,
  espeak = true,
}: Given): DoctorDeps {
  return {
    nodeVersion,
    projectDir: folder,
    config: () => readConfig(folder, environment),
    places: ({ modelsDir }) => ({
      lockFile: join(folder, "lock.json"),
      dirs: { weights: modelsDir, samples: join(folder, ".samples") },
      mirror: undefined,
    }),
    probe: () => Promise.resolve({ ...well, ...probed }),
    livekitUp: () => Promise.resolve(livekitUp),
    hasProgram: () => Promise.resolve(espeak),
    gateReady: () => Promise.resolve(gateReady),
  };
}

const run = (given: Given = {}, args: readonly string[] = ["--json"]): Promise<Ran> =>
  runCommand((own, io) => doctor(own, io, deps(given)), args);

const toChecks = (ran: Ran): readonly Check[] => jsonLines(ran) as unknown as readonly Check[];

async function checks(given: Given = {}): Promise<{ code: number; of: (name: string) => Check | undefined }> {
  const ran = await run(given);
  const all = toChecks(ran);
  return { code: ran.code, of: (name) => all.find(({ check }) => check === name) };
}

test("every check has exactly the members of the protocol, one object a line", async () => {
  const ran = await run({ environment: { ...local, ...cloud } });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const all = toChecks(ran);
  for (const check of all) {
    expect(Object.keys(check)).toEqual(["check", "state", "detail", "fix"]);
    expect(["ok", "warn", "missing", "failed"]).toContain(check.state);
  }
  expect(all.map(({ check }) => check)).toEqual([
    "node",
    "configuration",
    "secrets",
    "detector",
    "person gate",
    "local engine",
    "cloud engine",
    "route policy",
    "what leaves",
    "page",
    "spoken notices",
    "speech recognition",
    "voice",
    "livekit",
    "what speech leaves",
  ]);
});

test("as text, each check is a line with its fix below", async () => {
  const { stdout } = await run({ nodeVersion: "22.1.0" }, []);
  expect(stdout).toMatch(
    /^failed {3}node {15}22\.1\.0; expected 24\.12 or newer\n {28}fix: run make setup\n/,
  );
  expect(stdout).not.toContain("\u001B");
});

test("with nothing configured nothing has failed and nothing leaves", async () => {
  const { code, of } = await checks();
  expect(code).toBe(0);
  expect(of("local engine")).toMatchObject({
    state: "missing",
    fix: expect.stringContaining("LOCAL_ENGINE_URL"),
  });
  expect(of("cloud engine")?.state).toBe("missing");
  expect(of("route policy")?.state).toBe("ok");
  expect(of("what leaves")?.detail).toBe("nothing leaves this machine");
});

test("a wrong configuration lists every fault and exits 78", async () => {
  const ran = await run({ environment: { GATE_THREADS: "0", ROUTE_POLICY: "cloud" } });
  expect(ran.code).toBe(78);
  const faults = toChecks(ran);
  expect(faults.filter(({ state }) => state === "failed").map(({ detail }) => detail.split(":")[0])).toEqual([
    "ROUTE_POLICY",
    "GATE_THREADS",
  ]);
});

describe("the weights and the gate", () => {
  test("missing weights fail, and so does the gate that needs them", async () => {
    rmSync(join(folder, ".models/detector.onnx"));
    const { code, of } = await checks();
    expect(code).toBe(1);
    expect(of("detector")).toMatchObject({ state: "failed", fix: "./sightline fetch detector" });
    expect(of("person gate")).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("every picture"),
    });
  });

  test("weights with one byte flipped fail", async () => {
    writeFileSync(join(folder, ".models/detector.onnx"), "veights");
    const { code, of } = await checks();
    expect(code).toBe(1);
    expect(of("detector")?.detail).toMatch(/has sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
  });

  test("a gate that does not become ready fails", async () => {
    expect((await checks({ gateReady: false })).of("person gate")).toMatchObject({ state: "failed" });
    const { code, of } = await checks({ gateReady: false, environment: { GATE_URL: "http://gate:8010" } });
    expect(code).toBe(1);
    expect(of("person gate")).toMatchObject({ fix: expect.stringContaining("GATE_URL") });
  });

  test("a gate elsewhere needs no weights here", async () => {
    rmSync(join(folder, ".models/detector.onnx"));
    const { of } = await checks({ environment: { GATE_URL: "http://gate:8010" } });
    expect(of("person gate")).toMatchObject({ state: "ok", detail: "http://gate:8010 is ready" });
  });
});

describe("the engines", () => {
  test.each([
    [{ reachable: false, fault: "no answer" }, "start the server, or correct LOCAL_ENGINE_URL"],
    [{ keyAccepted: false, fault: "401" }, "correct LOCAL_ENGINE_API_KEY"],
    [
      { modelKnown: false, models: ["a", "b"], fault: "no such model" },
      "set LOCAL_ENGINE_MODEL to one of a, b",
    ],
  ])("%j fails with the variable to correct", async (probed, fix) => {
    const { code, of } = await checks({ environment: local, probed });
    expect(code).toBe(1);
    expect(of("local engine")).toEqual({ check: "local engine", state: "failed", detail: probed.fault, fix });
  });

  test.each([
    ["http://gpu:8000/v1", "ok"],
    ["http://127.0.0.1:8000/v1", "ok"],
    ["http://192.168.1.4:8000/v1", "ok"],
    ["http://[fd00::1]:8000/v1", "ok"],
    ["http://vllm.sightline.svc.cluster.local:8000/v1", "ok"],
    ["http://172.32.0.1:8000/v1", "warn"],
    ["https://models.example/v1", "warn"],
    ["http://[2001:db8::1]:8000/v1", "warn"],
  ])("a local engine at %s is %s", async (url, state) => {
    const { code, of } = await checks({ environment: { LOCAL_ENGINE_URL: url } });
    expect([code, of("local engine")?.state]).toEqual([0, state]);
  });
});

describe("the policy", () => {
  test.each([
    [{ ROUTE_POLICY: "person-local" }, "warn", "no cloud engine"],
    [{ ...local, ...cloud, ROUTE_POLICY: "local-only" }, "warn", "never asked"],
    [cloud, "warn", "without a local engine"],
    [{ ...local, ...cloud }, "ok", "person-local"],
    [{ ...local, ...cloud, ROUTE_POLICY: "local-first" }, "ok", "local-first"],
    [local, "ok", "local-only"],
  ])("with %j is %s", async (environment, state, detail) => {
    const { of } = await checks({ environment });
    expect(of("route policy")).toMatchObject({ state, detail: expect.stringContaining(detail) });
  });

  test("what leaves names the cloud, and what goes there", async () => {
    const { of } = await checks({ environment: { ...local, ...cloud, PRIVATE_TO_CLOUD: "reading" } });
    const detail = of("what leaves")?.detail;
    expect(detail).toContain(
      "to api.openai.com: questions, answers, and pictures that the gate judged clear",
    );
    expect(detail).toContain("small text");
    expect(detail).toContain("never a picture with a person");
  });

  test("a local engine on another machine is named too", async () => {
    const { of } = await checks({ environment: local });
    expect(of("what leaves")?.detail).toBe("questions and pictures go only to gpu:8000, your local engine");
    const lookalike = await checks({ environment: { LOCAL_ENGINE_URL: "http://127.gpu.example/v1" } });
    expect(lookalike.of("what leaves")?.detail).toContain("go only to 127.gpu.example");
  });
});

describe("secrets", () => {
  test("a key in a .env that others can read is a warning that does not show it", async () => {
    writeFileSync(join(folder, ".env"), "CLOUD_ENGINE_API_KEY=sk-canary\n");
    chmodSync(join(folder, ".env"), 0o644);
    const { stdout } = await run();
    expect(stdout).not.toContain("canary");
    expect((await checks()).of("secrets")).toMatchObject({ state: "warn", fix: "chmod 600 .env" });
    chmodSync(join(folder, ".env"), 0o600);
    expect((await checks()).of("secrets")?.state).toBe("ok");
  });
});

describe("calls", () => {
  const livekit = {
    LIVEKIT_URL: "ws://livekit:7880",
    LIVEKIT_API_KEY: "key",
    LIVEKIT_API_SECRET: "s".repeat(32),
  };
  const checkOf = async (name: string, given: Given = {}): Promise<Check | undefined> =>
    toChecks(await run(given)).find(({ check }) => check === name);

  test.each([
    ["ok", livekit, true],
    ["failed", livekit, false],
    ["missing", {}, true],
    ["warn", { ...livekit, LIVEKIT_URL: "wss://someone.livekit.cloud" }, true],
    ["warn", { ...livekit, LIVEKIT_PUBLIC_URL: "wss://calls.example.org" }, true],
  ])("livekit is %s with %j", async (state, environment, livekitUp) => {
    expect((await checkOf("livekit", { environment, livekitUp }))?.state).toBe(state);
  });

  test("names a LiveKit server that is not the operator's own, also while it does not answer", async () => {
    const environment = { ...livekit, LIVEKIT_URL: "wss://calls.example.com" };
    for (const livekitUp of [true, false]) {
      const detail = (await checkOf("livekit", { environment, livekitUp }))?.detail;
      expect(detail).toContain("pass through calls.example.com");
    }
  });

  test("who hears and who speaks are named in order", async () => {
    const environment = { DEEPGRAM_API_KEY: "dg", STT_URL: "http://ear:8001/v1", ELEVENLABS_API_KEY: "el" };
    expect((await checkOf("speech recognition", { environment }))?.detail).toBe("deepgram, then openai");
    expect((await checkOf("voice", { environment }))?.detail).toBe("elevenlabs, then espeak");
    expect((await checkOf("voice", { environment, espeak: false }))?.detail).toBe("elevenlabs");
    expect((await checkOf("speech recognition"))?.state).toBe("missing");
    expect((await checkOf("voice", { espeak: false }))?.state).toBe("missing");
  });

  test("speech that leaves is told by host", async () => {
    const environment = { DEEPGRAM_API_KEY: "dg", TTS_URL: "http://voice:8002/v1" };
    expect((await checkOf("what speech leaves"))?.detail).toBe("none");
    const { detail } = (await checkOf("what speech leaves", { environment }))!;
    expect(detail).toContain("callers' voices to api.deepgram.com");
    expect(detail).not.toContain("voice:8002");
  });

  test("no key alone sends speech anywhere: it is a fault of the configuration", async () => {
    for (const name of ["STT_API_KEY", "TTS_API_KEY"]) {
      const environment = { [name]: "canary" };
      expect(await checkOf("configuration", { environment })).toMatchObject({
        state: "failed",
        detail: expect.stringContaining(`${name}: set without`),
      });
    }
    const environment = { STT_API_KEY: "key", STT_URL: "https://api.openai.com/v1" };
    const { detail } = (await checkOf("what speech leaves", { environment }))!;
    expect(detail).toContain("callers' voices to api.openai.com");
  });

  test("a page that is not built, and notices that are not rendered, are told with the command", async () => {
    expect(await checkOf("page")).toMatchObject({ state: "missing", fix: "make page" });
    expect(await checkOf("spoken notices")).toMatchObject({ state: "missing", fix: "make notices" });
    mkdirSync(join(folder, "web/dist"), { recursive: true });
    writeFileSync(join(folder, "web/dist/index.html"), "");
    mkdirSync(join(folder, ".notices"));
    expect((await checkOf("page"))?.state).toBe("ok");
    expect((await checkOf("spoken notices"))?.state).toBe("ok");
  });
});
