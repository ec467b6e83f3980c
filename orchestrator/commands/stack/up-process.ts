import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { findLivekitServer } from "../../assets/livekit-server.ts";
import { onPath } from "../../assets/on-path.ts";
import type { Config } from "../../config.ts";
import { projectEnvironment, withoutSecrets } from "../../config/project-environment.ts";
import { InputError } from "../../errors.ts";
import { sleep } from "../../lib/abortable.ts";
import { ownCommand, PROJECT_DIR } from "../../project.ts";
import { takenOf } from "../../up/machine.ts";
import { type KnownProcess, birthOf, isStill } from "../../up/process-birth.ts";
import { preflight } from "../../up/preflight.ts";
import { keepSecrets, weakSecrets } from "../../up/secrets.ts";
import { readState, removeState, upPlaces, type UpPlaces, type UpState } from "../../up/state.ts";
import { endProcesses } from "./down-process.ts";
import { EXIT } from "../exit.ts";
import { fetchCommand } from "../fetch.ts";
import { type Io, writeLine } from "../io.ts";
import { secretsFolder } from "./secrets-folder.ts";
import { toArguments, type UpOptions } from "./up-options.ts";
import { refuse } from "./up-refuse.ts";
import { speechLines } from "./up-speech-lines.ts";

/** The detector: without it every picture stays on this machine, so a failed fetch is told and no more. */
const DETECTOR = "yolox_nano";
const LOOK_MS = 100;

/**
 * Brings the stack up as processes of this machine, kept by one in the background.
 *
 * @param upgrade what runs ends, calls first, once all that the new one needs is there
 */
export async function upProcess(
  options: UpOptions,
  config: Config,
  io: Io,
  { upgrade = false } = {},
): Promise<number> {
  const places = upPlaces(config.dataDir);
  const tell = (line: string): void => writeLine(io.stderr, `sightline: ${line}`);
  const before = readState(places);
  const isUp = before !== undefined && isStill(before.keeper);
  if (isUp && !upgrade) {
    tell("already up; 'make down' ends it, 'make upgrade' starts it anew");
    return explain(before, config, io);
  }
  const faults = preflight(await processFacts(options, config, before), undefined);
  if (faults.length > 0) return refuse(faults, [], io);

  if ((await fetchCommand([DETECTOR], io)) === EXIT.interrupted) return EXIT.interrupted;
  await findLivekitServer({
    cacheDir: join(PROJECT_DIR, ".servers"),
    environment: withoutSecrets(),
    signal: io.signal,
    onProgress: tell,
  });
  if (io.signal.aborted) return EXIT.interrupted;
  if (isUp) tell("ending; calls that are running may finish, nobody new is answered until then");
  if (before) await endProcesses(places, before, { signal: io.signal });
  if (io.signal.aborted) return EXIT.interrupted;
  keepSecrets(projectEnvironment(PROJECT_DIR), secretsFolder(config));
  if ((await onPath("prometheus", withoutSecrets()["PATH"])) === undefined) {
    tell("prometheus is not on PATH: there are metrics, and nobody collects them");
  }
  const keeper = startKeeper(options, places);
  const state = await untilUp(places, keeper, io.signal, tell);
  if (io.signal.aborted || state?.phase !== "ready") {
    if (state) await endProcesses(places, state);
    removeState(places);
    if (io.signal.aborted) return EXIT.interrupted;
    throw new InputError(
      state?.why ?? "the stack ended at its start",
      `it to run; ${join(places.logs, "keeper.log")} says more`,
    );
  }
  return explain(state, config, io);
}

async function processFacts(options: UpOptions, config: Config, before: UpState | undefined) {
  const host = options.lan ? "0.0.0.0" : "127.0.0.1";
  const programs = Object.values(before?.programs ?? {}).filter(isStill);
  const ours = new Set(programs.map(({ address }) => Number(new URL(address).port)));
  const wanted = [
    { port: config.http.port, protocol: "tcp", use: "page" },
    { port: config.agent.port, protocol: "tcp", use: "agent's metrics" },
  ] as const;
  const page = join(PROJECT_DIR, "web", "dist", "index.html");
  return {
    gpus: undefined,
    docker: undefined,
    toolkit: false,
    disks: [],
    takenPorts: await takenOf(
      wanted.filter(({ port }) => port !== 0 && !ours.has(port)),
      host,
    ),
    weakSecrets: weakSecrets(projectEnvironment(PROJECT_DIR), secretsFolder(config)),
    missing: [
      ...(existsSync(page) ? [] : ["the page is not built; expected 'make page' to be run once"]),
      ...(config.http.port === 0 ? ["PORT is 0; expected the port that is to be opened in a browser"] : []),
      ...(config.livekit
        ? ["LIVEKIT_URL names a server; expected none, since 'up' starts its own ('make demo' uses yours)"]
        : []),
    ],
  };
}

/** Starts the one that keeps the others, in a session of its own. */
function startKeeper(options: UpOptions, { logs }: UpPlaces): KnownProcess {
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const log = openSync(join(logs, "keeper.log"), "a", 0o600);
  const [program, ...args] = ownCommand("up", "--keep", ...toArguments(options));
  const child = spawn(program, args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  const pid = child.pid ?? 0;
  return { pid, birth: birthOf(pid) ?? "gone" };
}

/** Waits until all is ready or has failed; tells of each program once it is. */
async function untilUp(
  places: UpPlaces,
  keeper: KnownProcess,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<UpState | undefined> {
  const told = new Set<string>();
  for (;;) {
    const lives = isStill(keeper);
    const state = readState(places);
    for (const [name, { ready }] of Object.entries(state?.programs ?? {})) {
      if (ready && !told.has(name)) tell(`${name} is ready`);
      if (ready) told.add(name);
    }
    if (signal.aborted || !lives || state?.phase === "ready" || state?.phase === "failed") return state;
    await sleep(LOOK_MS, signal).catch(() => {});
  }
}

function explain({ address, engine, programs }: UpState, config: Config, io: Io): number {
  writeLine(io.stdout, `\nSightline is up: open ${address}`);
  for (const line of [
    `engine       ${engine}`,
    ...speechLines(config),
    ...(programs["gate"]?.ready === true
      ? []
      : ["gate         not ready: until it is, no picture leaves this machine"]),
    `metrics      ${programs["prometheus"]?.address ?? "nobody collects them: prometheus is not on PATH"}`,
    `secrets      ${secretsFolder(config)}`,
    "more         make status, make logs, make down",
  ])
    writeLine(io.stdout, `  ${line}`);
  return EXIT.done;
}
