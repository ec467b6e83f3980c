import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import { projectEnvironment } from "../../config/project-environment.ts";
import { InputError } from "../../errors.ts";
import { createOwnCertificate } from "../../http/own-certificate.ts";
import { PROJECT_DIR } from "../../project.ts";
import { type ComposePlan, composePlan, pageHosts } from "../../up/compose-plan.ts";
import { secretFiles } from "../../up/container-secrets.ts";
import { withoutObservers } from "../../up/observers.ts";
import { FILES_OVERLAY, planThere } from "../../up/plan-there.ts";
import { preflight, type GpuPick } from "../../up/preflight.ts";
import { pickGpu } from "../../up/pick-gpu.ts";
import { runCompose } from "../../up/run-compose.ts";
import { askDocker } from "../../up/docker-containers.ts";
import { filesOverlay, ownKey } from "../../up/mounted-files.ts";
import { speechDevice, wishedDevice } from "../../up/speech-device.ts";
import { speechWeights } from "../../up/speech-weights.ts";
import { upPlaces } from "../../up/state.ts";
import { forgetCurrent, keepRunning, keepUnkept, nameRunning } from "../../up/way-back.ts";
import { explain } from "./up-docker-explain.ts";
import { lookForDocker, modelOf } from "./up-docker-facts.ts";
import { endLeftOut } from "./up-docker-left-out.ts";
import { startObservers, unwatchedLine } from "./up-docker-observers.ts";
import { ownLan } from "./demo-lan.ts";
import type { Exchange } from "./exchange.ts";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { exchangeOf, keepPlan, readPlan } from "./running-stack.ts";
import { secretsFolder } from "./secrets-folder.ts";
import { startStack } from "./start-stack.ts";
import type { UpOptions } from "./up-options.ts";
import { refuse } from "./up-refuse.ts";

/** The detector of the person gate. */
const DETECTOR = "yolox_nano";
const WITHOUT_GPU = "Without a GPU, as programs of this machine: make up ENGINE=simulator RUNTIME=process";

/** Brings the stack up in containers. */
export async function upDocker(options: UpOptions, config: Config, io: Io): Promise<number> {
  const operator = projectEnvironment(PROJECT_DIR);
  const before = readPlan(config);
  const { facts, gpus, wish } = await lookForDocker({ options, config, operator, before, signal: io.signal });
  const pick = (found: typeof gpus): GpuPick => pickGpu(found, wish);
  const faults = preflight(facts, options.engine === "vllm" ? pick : undefined);
  if (faults.length > 0) return refuse(faults, options.engine === "vllm" ? [WITHOUT_GPU] : [], io);

  const picked = options.engine === "vllm" ? pick(gpus) : undefined;
  const speech = speechDevice({ ...options, device: wishedDevice(operator, before?.arguments) });
  const lan = ownLan();
  const made = composePlan({
    projectDir: PROJECT_DIR,
    engine: options.engine,
    profiles: options.profiles,
    speech,
    operator,
    gpuClass: options.gpuClass,
    picked: picked?.gpu === undefined ? undefined : picked,
    gpus,
    lan,
    secretsDir: secretsFolder(config),
    secretFiles: secretFiles(operator, {
      folder: secretsFolder(config),
      certificate: config.http.tls ?? (await createOwnCertificate(pageHosts(lan), config.dataDir)),
    }),
    hasSettings: existsSync(join(PROJECT_DIR, ".env")),
  });
  const { folder } = upPlaces(config.dataDir);
  const overlay = join(folder, FILES_OVERLAY);
  await keepUnkept({ folder, before: before && laidOver(planThere(before), overlay) }, io.signal);
  const plan = await withFiles(made, { folder, overlay }, io.signal);
  if (io.signal.aborted) return EXIT.interrupted;
  const calls = withoutObservers(plan);
  const compose: Exchange["compose"] = async (words, signal = io.signal) => {
    const code = await runCompose(calls, words, signal);
    if (io.signal.aborted || code === 0) return;
    throw new InputError(
      `docker compose ${words[0] ?? ""} ended with ${code}`,
      "it to succeed; 'make logs' shows what the containers said, 'make down' ends them",
    );
  };
  if (before) await nameRunning(plan, io.signal);
  for (const step of steps([modelOf(picked), ...speechWeights(speech, operator["SPEECH_PIPER"])])) {
    await compose(step);
    if (io.signal.aborted) return EXIT.interrupted;
  }
  if (before) await forgetCurrent(plan, io.signal);
  keepPlan(config, made);
  const exchange = { ...exchangeOf(calls, config, io), compose };
  await startStack(exchange);
  if (io.signal.aborted) return EXIT.interrupted;
  await keepRunning(exchange, io.signal);
  await endLeftOut(plan, io.signal);
  const failed = await startObservers(plan, exchange);
  if (io.signal.aborted) return EXIT.interrupted;
  explain({ plan, picked, options, speech, operator, failed, secrets: secretsFolder(config) }, io);
  if (failed.length > 0) exchange.tell(unwatchedLine(failed));
  return EXIT.done;
}

/** Own images, and weights with their progress. */
function steps(models: readonly (string | undefined)[]): readonly (readonly string[])[] {
  const named = models.filter((model) => model !== undefined);
  // Nobody types: on a terminal compose would ask for one at the input too, and refuse to run without.
  const alone = ["run", "--rm", "--no-deps", "--interactive=false"];
  return [["build"], [...alone, "weights", "fetch", DETECTOR, ...named]];
}

/** Lays over it what compose does not see: whether mounted files hold something else than before. */
async function withFiles(
  plan: ComposePlan,
  { folder, overlay }: { readonly folder: string; readonly overlay: string },
  signal: AbortSignal,
): Promise<ComposePlan> {
  const config = await askDocker(plan, ["compose", ...plan.arguments, "config", "--format", "json"], signal);
  if (signal.aborted) return plan;
  const key = ownKey(join(folder, "files-key"));
  writeFileSync(overlay, filesOverlay(config, key), { mode: 0o600 });
  return laidOver(plan, overlay);
}

function laidOver(plan: ComposePlan, file: string): ComposePlan {
  return existsSync(file) ? { ...plan, arguments: [...plan.arguments, `--file=${file}`] } : plan;
}
