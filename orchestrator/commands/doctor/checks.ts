import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseEnv } from "node:util";
import { type AssetDirs, assetPath, checkAsset } from "../../assets/check-file.ts";
import { type Asset, readLock } from "../../assets/lock.ts";
import type { AssetPlaces } from "../../assets/where.ts";
import type { Config, EngineConfig } from "../../config.ts";
import type { ProbeResult } from "../../engines/probe.ts";
import { variables, type Variable } from "../../environment.ts";
import { ConfigError } from "../../errors.ts";
import { type CallDeps, callChecks, speechLeavesCheck } from "./calls.ts";
import { type Check, fine } from "./check.ts";
import { engineCheck, leavesCheck, noEngineCheck, policyCheck } from "./engines.ts";

/** What the checks look at. */
export interface DoctorDeps extends CallDeps {
  /** Without the leading `v`. */
  readonly nodeVersion: string;
  /** @throws {ConfigError} */
  config(): Config;
  places(config: Config): AssetPlaces;
  /** Never throws. */
  probe(name: "local" | "cloud", config: EngineConfig, signal: AbortSignal): Promise<ProbeResult>;
  /** Whether the configured gate, or a child, answers that it can judge. Never throws. */
  gateReady(signal: AbortSignal): Promise<boolean>;
}

const LEAST_NODE = [24, 12] as const;

/** Every check, in the order in which things build on each other. Servers are asked all at once. */
export async function* doctorChecks(deps: DoctorDeps, signal: AbortSignal): AsyncGenerator<Check> {
  yield nodeCheck(deps.nodeVersion);
  const { config, faults } = readConfig(deps);
  if (!config) {
    yield* faults;
    return;
  }
  yield fine("configuration", "no fault found");
  yield await secretsCheck(deps.projectDir, config);

  const places = deps.places(config);
  const lock = await readLock(places.lockFile);
  // The weights are for the gate, which may be elsewhere.
  const isNeeded = ({ kind }: Asset): boolean => kind === "weights" && config.gateUrl === undefined;
  const assets = await Promise.all(lock.map((asset) => assetCheck(asset, places.dirs, isNeeded(asset))));
  yield* assets;
  const weightsGood = lock.every(({ kind }, at) => kind === "sample" || assets[at]?.state === "ok");

  const gate = gateCheck(config, weightsGood, deps, signal);
  const local = probeCheck("local", config.local, deps, signal);
  const cloud = probeCheck("cloud", config.cloud, deps, signal);
  yield await gate;
  yield await local;
  yield await cloud;
  yield policyCheck(config);
  yield leavesCheck(config);
  yield* await callChecks(config, deps);
  yield speechLeavesCheck(config);
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return fine("node", version);
  const detail = `${version}; expected ${LEAST_NODE.join(".")} or newer`;
  return { check: "node", state: "failed", detail, fix: "run make setup" };
}

/** The configuration, or a check for each of its faults. */
function readConfig(deps: DoctorDeps): { readonly config?: Config; readonly faults: readonly Check[] } {
  try {
    return { config: deps.config(), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const fix = "correct it in the environment or in .env; .env.example explains every variable";
    return {
      faults: error.faults.map((detail) => ({ check: "configuration", state: "failed", detail, fix })),
    };
  }
}

/** Keys in a file that others on the machine can read, and keys that change with each start. */
async function secretsCheck(projectDir: string, config: Config): Promise<Check> {
  const path = join(projectDir, ".env");
  const mode = (await stat(path).catch(() => undefined))?.mode ?? 0;
  if ((mode & 0o044) !== 0) {
    const set = parseEnv(await readFile(path, "utf8"));
    const names = Object.entries<Variable>(variables).filter(([name, { secret }]) => secret && set[name]);
    if (names.length > 0) {
      const detail = `.env holds ${names.map(([name]) => name).join(", ")} and can be read by other users`;
      return { check: "secrets", state: "warn", detail, fix: "chmod 600 .env" };
    }
  }
  return fine(
    "secrets",
    config.secretKey === undefined
      ? "SECRET_KEY is not set: cache salts and picture ids change with each process, which is fine for one"
      : "SECRET_KEY is set",
  );
}

async function assetCheck(asset: Asset, dirs: AssetDirs, isNeeded: boolean): Promise<Check> {
  const check = asset.name;
  const path = assetPath(asset, dirs);
  const file = relative(process.cwd(), path);
  const fix = `./sightline fetch ${asset.name}`;
  const found = await checkAsset(asset, dirs);
  switch (found.state) {
    case "ok":
      return fine(check, `${file}: ${asset.use}; sha256 as expected`);
    case "unpinned":
      return fine(check, `${file}: ${asset.use}; its checksum is not known`);
    case "missing": {
      const state = isNeeded ? "failed" : "missing";
      return { check, state, detail: `${file} is missing: ${asset.use}`, fix };
    }
    case "wrong":
      return { check, state: "failed", detail: `${file} ${found.why}`, fix };
  }
}

async function gateCheck(
  config: Config,
  weightsGood: boolean,
  deps: DoctorDeps,
  signal: AbortSignal,
): Promise<Check> {
  const check = "person gate";
  const without = "every picture counts as one of a person";
  const where = config.gateUrl ?? "a child process";
  if (config.gateUrl === undefined && !weightsGood)
    return { check, state: "failed", detail: `no usable weights: ${without}`, fix: "./sightline fetch" };
  const ready = await deps.gateReady(signal);
  if (ready) return fine(check, `${where} is ready`);
  return {
    check,
    state: "failed",
    detail: `${where} does not become ready: ${without}`,
    fix:
      config.gateUrl === undefined
        ? "./sightline gate tells more"
        : `start it (./sightline gate), or correct GATE_URL; ${config.gateUrl}/health tells more`,
  };
}

async function probeCheck(
  name: "local" | "cloud",
  config: EngineConfig | undefined,
  deps: DoctorDeps,
  signal: AbortSignal,
): Promise<Check> {
  if (!config) return noEngineCheck(name);
  return engineCheck(name, config, await deps.probe(name, config, signal));
}
