import { sleep } from "../lib/abortable.ts";
import type { Logger } from "../log.ts";
import type { Frame, Verdict } from "../turn/turn.ts";
import { unknownVerdict } from "./gate-answer.ts";
import { createGateClient, type GateClient, type GateHealth, type GateSign } from "./gate-http.ts";
import { type GateConnection, toGates, untilSettled } from "./gate-client.ts";
import { GATE_LIMITS, type GateLimits } from "./gate-limits.ts";
import {
  type GateProcess,
  type ProgramCommand,
  type ProgramEnvironment,
  startGateProcess,
} from "./gate-process.ts";

export interface GateChildOptions {
  /** Starts the gate: prints `{"listening":"http://127.0.0.1:PORT"}`, ends when its input ends. */
  readonly command: ProgramCommand;
  /** The gate needs no secret. Default: the environment of this process. */
  readonly environment?: ProgramEnvironment;
  readonly limits?: GateLimits;
  readonly log?: Logger;
  /** Where the gate's own error output goes. Default: inherit. */
  readonly stderr?: "inherit" | "ignore";
  /** Waits before the first, second, … restart in a row; the last one repeats. Default: 100 to 3,200. */
  readonly backoffMs?: readonly number[];
  /** A gate that ran for so long is well: the next restart is the first one again. Default: 10,000. */
  readonly wellAfterMs?: number;
}

const BACKOFF_MS = [100, 200, 400, 800, 1600, 3200];
const WELL_AFTER_MS = 10_000;
/** A process that says nothing for so long after its start is killed. */
const LISTEN_LIMIT_MS = 10_000;
/** How long the gate may take to end by itself. */
const END_LIMIT_MS = 300;
/** One bad answer may be a bad moment; three in a row are a broken gate. */
const MAX_BAD_ANSWERS = 3;
/** A stuck gate gets twice the time after each restart in a row, at most so much. */
const MAX_PATIENCE = 8;

/**
 * Runs the gate as a child process: killed when it is stuck or keeps talking nonsense, started again
 * with backoff whenever it ends. Meanwhile verdicts are `unknown`; only photos of the first start wait.
 */
export function createGateChild(options: GateChildOptions): GateConnection {
  const limits = options.limits ?? GATE_LIMITS;
  const backoffMs = options.backoffMs ?? BACKOFF_MS;
  const closing = new AbortController();
  let child: GateProcess | undefined;
  let client: GateClient | undefined;
  let restarts = 0;

  const runOnce = async (): Promise<void> => {
    const started = startGateProcess(options.command, {
      stderr: options.stderr ?? "inherit",
      environment: options.environment,
    });
    child = started;
    const startedAtMs = performance.now();
    const slow = setTimeout(() => started.kill(), LISTEN_LIMIT_MS);
    const url = await started.listening;
    clearTimeout(slow);
    if (url === undefined) started.kill();
    else if (!closing.signal.aborted) {
      client = createGateClient(url, {
        limits,
        onSign: toJudge(() => started.kill()),
        patience: Math.min(MAX_PATIENCE, 2 ** restarts),
      });
    }
    const reason = await started.ended;
    child = undefined;
    await client?.close();
    client = undefined;
    if (closing.signal.aborted) return;
    if (performance.now() - startedAtMs >= (options.wellAfterMs ?? WELL_AFTER_MS)) restarts = 0;
    options.log?.warn({ reason, restarts }, "gate ended");
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await runOnce();
      await sleep(backoffMs[Math.min(restarts, backoffMs.length - 1)] ?? 0, closing.signal).catch(() => {});
      restarts++;
    }
  };
  const running = run();

  const health = async (): Promise<GateHealth> => {
    const now = (await client?.health()) ?? "starting";
    return now === "unreachable" ? "starting" : now;
  };
  const first = untilSettled(health, limits.readyMs, [closing.signal]);
  let firstStart = true;
  void first.then(() => (firstStart = false));

  const judge = async (frame: Frame, stream: string): Promise<Verdict> => {
    if (firstStart && frame.source === "photo") await first;
    return client ? client.judge(frame, stream) : unknownVerdict(frame, "gate-unreachable");
  };

  return {
    ...toGates(judge),
    ready: async (signal) =>
      (await untilSettled(health, limits.readyMs, [signal, closing.signal])) === "ready",
    async close() {
      closing.abort();
      child?.end();
      const late = setTimeout(() => child?.kill(), END_LIMIT_MS);
      await Promise.all([client?.close(), running]);
      clearTimeout(late);
    },
  };
}

/** Decides from what the gate does whether it is to be killed. */
function toJudge(kill: () => void): (sign: GateSign) => void {
  let looked = false;
  let bad = 0;
  return (sign) => {
    switch (sign) {
      case "stuck":
        return kill();
      case "looked":
        looked = true;
        bad = 0;
        return;
      case "skipped":
        return;
      case "unready":
        // A gate that never could look has no weights; one that could and no longer does has broken.
        if (!looked) return;
        break;
      case "garbage":
      case "unreachable":
        break;
    }
    if (++bad >= MAX_BAD_ANSWERS) kill();
  };
}
