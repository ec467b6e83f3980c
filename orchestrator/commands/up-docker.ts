import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { projectEnvironment } from "../config/project-environment.ts";
import { InputError } from "../errors.ts";
import { createOwnCertificate } from "../http/own-certificate.ts";
import { PROJECT_DIR } from "../project.ts";
import { composePlan, pageHosts } from "../up/compose-plan.ts";
import { secretFiles } from "../up/container-secrets.ts";
import { withoutObservers } from "../up/observers.ts";
import { preflight, type GpuPick } from "../up/preflight.ts";
import { pickGpu } from "../up/pick-gpu.ts";
import { runCompose } from "../up/run-compose.ts";
import { lookAtContainers, servicesOf } from "../up/docker-containers.ts";
import { speechDevice } from "../up/speech-device.ts";
import { speechWeights } from "../up/speech-weights.ts";
import { CAREFUL, type Exchange, exchangeAgent, makeRoomForGateway } from "./exchange.ts";
import { explain } from "./up-docker-explain.ts";
import { lookForDocker, modelOf } from "./up-docker-facts.ts";
import { endObservers, startObservers, unwatchedLine } from "./up-docker-observers.ts";
import { ownLan } from "./demo-lan.ts";
import { EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { exchangeOf, keepPlan, readPlan } from "./running-stack.ts";
import { secretsFolder } from "./secrets-folder.ts";
import type { UpOptions } from "./up-options.ts";
import { refuse } from "./up-refuse.ts";

/** The detector of the person gate. */
const DETECTOR = "yolox_nano";
/** The gateway, and what compose would start with it. */
const BEHIND_GATEWAY: ReadonlySet<string> = new Set(["gateway", "turn"]);
/** Loading and warming the engine, and fetching images before that. */
const WAIT_S = 2400;
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
  const speech = speechDevice({ ...options, device: operator["SPEECH_DEVICE"] });
  const lan = ownLan();
  const plan = composePlan({
    projectDir: PROJECT_DIR,
    engine: options.engine,
    profiles: options.profiles,
    speech,
    operator,
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
  const calls = withoutObservers(plan);
  const compose = async (...words: readonly string[]): Promise<void> => {
    const code = await runCompose(calls, words, io.signal);
    if (io.signal.aborted || code === 0) return;
    throw new InputError(
      `docker compose ${words[0] ?? ""} ended with ${code}`,
      "it to succeed; 'make logs' shows what the containers said, 'make down' ends them",
    );
  };
  for (const step of steps([modelOf(picked), ...speechWeights(speech, operator["SPEECH_PIPER"])])) {
    await compose(...step);
    if (io.signal.aborted) return EXIT.interrupted;
  }
  // What is not up has no right to skip the next look at the machine.
  keepPlan(config, plan);
  const exchange = { ...exchangeOf(calls, config, io), compose };
  await start(exchange);
  if (!io.signal.aborted) await endObservers(before, plan, exchange);
  const failed = io.signal.aborted ? [] : await startObservers(plan, exchange);
  if (io.signal.aborted) return EXIT.interrupted;
  explain({ plan, picked, options, speech, operator, failed, secrets: secretsFolder(config) }, io);
  if (failed.length > 0) exchange.tell(unwatchedLine(failed));
  return EXIT.done;
}

/** Own images, and weights with their progress. */
function steps(models: readonly (string | undefined)[]): readonly (readonly string[])[] {
  const named = models.filter((model) => model !== undefined);
  return [["build"], ["run", "--rm", "--no-deps", "weights", "fetch", DETECTOR, ...named]];
}

/** All of it until it is healthy. Where calls may run, what they are in is exchanged last, and not by compose. */
async function start(exchange: Exchange): Promise<void> {
  const { plan, signal, compose } = exchange;
  const up = (...words: readonly string[]): Promise<void> =>
    compose("up", "--detach", ...words, "--wait", "--wait-timeout", String(WAIT_S));
  const careful = await lookAtContainers(plan, CAREFUL, signal);
  if (!careful.some(({ running }) => running)) {
    exchange.leaving.clear();
    await up("--remove-orphans");
    return;
  }
  const services = (await servicesOf(plan, signal)).filter((name) => name !== "agent");
  await up(...services.filter((name) => !BEHIND_GATEWAY.has(name)));
  if (signal.aborted) return;
  await makeRoomForGateway(exchange);
  if (signal.aborted) return;
  await up("--remove-orphans", ...services);
  if (signal.aborted) return;
  await exchangeAgent(exchange);
}
