import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { doctor } from "../../../../orchestrator/commands/doctor.ts";
import type { Check } from "../../../../orchestrator/commands/doctor/check.ts";
import type { DoctorDeps } from "../../../../orchestrator/commands/doctor/checks.ts";
import type { Environment } from "../../../../orchestrator/config/project-environment.ts";
import { readConfig } from "../../../../orchestrator/config/read-config.ts";
import type { ProbeResult } from "../../../../orchestrator/engines/probe.ts";
import { jsonLines, type Ran, runCommand } from "../../../standins/command.ts";
import { sha256Of } from "../../../standins/sha256.ts";

/** Variables of a local engine, and of a cloud. */
export const LOCAL = { LOCAL_ENGINE_URL: "http://gpu:8000/v1" };
export const CLOUD = { CLOUD_ENGINE_API_KEY: "sk-1" };

/** What doctor finds; by default all is well. */
export interface Given {
  readonly environment?: Environment;
  readonly nodeVersion?: string;
  readonly gateReady?: boolean;
  readonly probed?: Partial<ProbeResult>;
  readonly livekitUp?: boolean;
  readonly espeak?: boolean;
}

/** Doctor in a project's folder. */
export interface Doctor {
  /** Of the test that runs: with weights that are as they should be. */
  readonly folder: () => string;
  readonly run: (given?: Given, args?: readonly string[]) => Promise<Ran>;
  readonly checks: (given?: Given) => Promise<Checks>;
  readonly checkOf: (name: string, given?: Given) => Promise<Check | undefined>;
}

export interface Checks {
  readonly code: number;
  readonly of: (name: string) => Check | undefined;
}

const WELL: ProbeResult = {
  reachable: true,
  isVllm: true,
  keyAccepted: true,
  model: "vision",
  modelKnown: true,
  models: ["vision"],
  fault: null,
  ms: 12,
};
const WEIGHTS = Buffer.from("weights");

/** Each test of the file has a project's folder of its own. */
export function withDoctor(): Doctor {
  let folder = "";
  beforeEach(() => {
    folder = projectFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run: Doctor["run"] = (given = {}, args = ["--json"]) =>
    runCommand((own, io) => doctor(own, io, deps(folder, given)), args);
  const checks: Doctor["checks"] = async (given) => {
    const ran = await run(given);
    const all = toChecks(ran);
    return { code: ran.code, of: (name) => all.find(({ check }) => check === name) };
  };
  return {
    folder: () => folder,
    run,
    checks,
    checkOf: async (name, given) => (await checks(given)).of(name),
  };
}

export function toChecks(ran: Ran): readonly Check[] {
  return jsonLines(ran) as unknown as readonly Check[];
}

function projectFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sightline-doctor-"));
  const pin = { bytes: WEIGHTS.length, sha256: sha256Of(WEIGHTS) };
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
  writeFileSync(join(folder, ".models/detector.onnx"), WEIGHTS);
  return folder;
}

function deps(
  folder: string,
  {
    environment = {},
    nodeVersion = "24.12.0",
    gateReady = true,
    probed = {},
    livekitUp = true,
    espeak = true,
  }: Given,
): DoctorDeps {
  return {
    nodeVersion,
    projectDir: folder,
    config: () => readConfig(folder, environment),
    places: ({ modelsDir }) => ({
      lockFile: join(folder, "lock.json"),
      dirs: { weights: modelsDir, samples: join(folder, ".samples") },
      mirror: undefined,
    }),
    probe: () => Promise.resolve({ ...WELL, ...probed }),
    livekitUp: () => Promise.resolve(livekitUp),
    hasProgram: () => Promise.resolve(espeak),
    gateReady: () => Promise.resolve(gateReady),
  };
}
