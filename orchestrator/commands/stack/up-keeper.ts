import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startLivekitServer } from "../../assets/livekit-process.ts";
import { withoutSecrets } from "../../config/project-environment.ts";
import { InputError } from "../../errors.ts";
import { sleep } from "../../lib/abortable.ts";
import { answers } from "../../up/answers.ts";
import { birthOf } from "../../up/process-birth.ts";
import type { UpPorts, UpProgram } from "../../up/programs.ts";
import { removeState, type UpPlaces, type UpState, writeState } from "../../up/state.ts";
import { createToldMetrics } from "../../up/told-metrics.ts";
import { aborted } from "../aborted.ts";
import { EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { keepLivekit, type KeptLivekit } from "./keep-livekit.ts";
import { keepProgram } from "./keep-program.ts";
import { createStop, type StoppedProgram } from "./stop-programs.ts";

export interface KeeperOptions {
  readonly places: UpPlaces;
  readonly programs: readonly UpProgram[];
  readonly livekit: {
    readonly binary: string;
    readonly lan: string | undefined;
    readonly apiKey: string;
    readonly secretFile: string;
  };
  readonly ports: UpPorts;
  /** Of the page. */
  readonly address: string;
  readonly engine: string;
  /** Told where the metrics of a program are that says so itself, each time that it changes. */
  readonly onMetrics?: (job: string, addresses: readonly string[]) => void;
}

const START_TIMEOUT_MS = 90_000;
const LOOK_MS = 500;

/**
 * Starts the programs of the stack and keeps them running until it is asked to end; then those end first
 * that calls are in, together, and the others in the opposite order. What is going on stands in the state
 * file.
 */
export async function keepUp(options: KeeperOptions, io: Io): Promise<number> {
  const { places, programs, livekit, ports } = options;
  const self = { pid: process.pid, birth: birthOf(process.pid) ?? "unknown" };
  let state: UpState = {
    phase: "starting",
    why: null,
    keeper: self,
    address: options.address,
    engine: options.engine,
    programs: {},
  };
  const change = (changes: Partial<UpState>): void => {
    state = { ...state, ...changes };
    writeState(places, state);
  };
  const changeProgram = (name: string, changes: Partial<UpState["programs"][string]>): void => {
    const known = state.programs[name] ?? {
      pid: 1,
      birth: "unknown",
      address: "",
      ready: false,
      restarts: 0,
    };
    change({ programs: { ...state.programs, [name]: { ...known, ...changes } } });
  };
  const born = (name: string, pid: number, address: string): void =>
    changeProgram(name, { pid, birth: birthOf(pid) ?? "unknown", address, ready: false });
  const crashed = (name: string): void =>
    changeProgram(name, { restarts: (state.programs[name]?.restarts ?? 0) + 1, ready: false });

  mkdirSync(places.logs, { recursive: true, mode: 0o700 });
  change({});
  const kept: StoppedProgram[] = [];
  const looking = new AbortController();
  const ready: Record<string, string> = { livekit: `http://127.0.0.1:${ports.livekit}/` };
  let server: KeptLivekit | undefined;

  const start = (program: UpProgram): void => {
    const errors = openSync(join(places.logs, `${program.name}.log`), "a", 0o600);
    const metrics = createToldMetrics((addresses) => options.onMetrics?.(program.name, addresses));
    const keeping = keepProgram(program.command, {
      name: program.name,
      environment: program.environment,
      errors,
      onStart: (pid) => born(program.name, pid, program.address),
      onCrash: () => crashed(program.name),
      onLine: (pid, line) => metrics.said(pid, line),
      onGone: (pid) => metrics.gone(pid),
    });
    ready[program.name] = program.ready;
    kept.unshift({
      name: program.name,
      program: { ...keeping, stop: (graceMs) => keeping.stop(graceMs).finally(() => closeSync(errors)) },
      drains: program.drains ?? false,
      graceMs: program.graceMs,
    });
  };
  const stop = createStop(kept, async () => server?.close());
  io.onForced(async () => {
    await stop.now();
    removeState(places);
  });

  try {
    server = await keepLivekit({
      async start() {
        const started = await startLivekitServer({
          binary: livekit.binary,
          lan: livekit.lan,
          port: ports.livekit,
          mediaPort: ports.media,
          metricsPort: ports.livekitMetrics,
          apiKey: livekit.apiKey,
          apiSecret: readFileSync(livekit.secretFile, "utf8").trim(),
          environment: withoutSecrets(),
        });
        born("livekit", started.pid, started.url);
        return started;
      },
      onCrash: () => crashed("livekit"),
    });
    const watched = look(
      ready,
      (name, isReady) => {
        if (state.programs[name]?.ready !== isReady) changeProgram(name, { ready: isReady });
      },
      looking.signal,
    );
    const until = (names: readonly string[]): Promise<void> =>
      untilReady(() => names.filter((name) => state.programs[name]?.ready !== true), io.signal);
    for (const program of programs) {
      if (io.signal.aborted) break;
      start(program);
      if (program.awaited) await until([program.name]);
    }
    await until(["livekit", ...programs.filter(({ optional }) => !optional).map(({ name }) => name)]);
    if (!io.signal.aborted) change({ phase: "ready" });
    await Promise.race([aborted(io.signal), watched]);
    looking.abort();
    change({ phase: "stopping" });
    await stop.calmly();
    removeState(places);
    return EXIT.done;
  } catch (error) {
    looking.abort();
    await stop.calmly();
    change({ phase: "failed", why: error instanceof Error ? error.message : "unknown fault" });
    return EXIT.failed;
  }
}

/** Asks every program again and again whether it works. */
async function look(
  ready: Readonly<Record<string, string>>,
  tell: (name: string, isReady: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await Promise.all(
      Object.entries(ready).map(async ([name, url]) => {
        const isReady = await answers(url);
        if (!signal.aborted) tell(name, isReady);
      }),
    );
    await sleep(LOOK_MS, signal).catch(() => {});
  }
}

/** @throws {InputError} that names those which are not, after the time. */
async function untilReady(missing: () => readonly string[], signal: AbortSignal): Promise<void> {
  const givenUpAtMs = performance.now() + START_TIMEOUT_MS;
  while (missing().length > 0 && !signal.aborted) {
    if (performance.now() > givenUpAtMs) {
      throw new InputError(
        `not ready after ${START_TIMEOUT_MS / 1000} s: ${missing().join(", ")}`,
        "all of them to answer; 'make logs' shows what they said",
      );
    }
    await sleep(LOOK_MS / 5, signal).catch(() => {});
  }
}
