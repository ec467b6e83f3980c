import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { InputError } from "../../errors.ts";
import { sleep } from "../../lib/abortable.ts";
import { isDraining } from "../draining.ts";

export interface KeptProgram {
  /** The first line of its standard output, of the first start. Rejects with an InputError when it ended before saying one. */
  readonly ready: Promise<string>;
  /** Asks it to end, kills it when it has not by then, and resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
  /** Asks it once more: a program that drains on the first SIGTERM ends on the second. */
  hurry(): void;
}

export interface KeepOptions {
  /** What the user knows it as. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told each time that it has ended unasked, with its exit code or signal, or `draining`: it ends, and has left its place. */
  readonly onCrash: (reason: string) => void;
  /** Told each time that it has been started. */
  readonly onStart?: (pid: number) => void;
  /** Told each line of its standard output, of every start. */
  readonly onLine?: (pid: number, line: string) => void;
  /** Told each time that one is gone, also one that drained. */
  readonly onGone?: (pid: number) => void;
  /** An open file for what it says on its standard error. Default: our own. */
  readonly errors?: number;
}

/** Ready again at once after one crash, slower when it keeps crashing. */
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
/** Who has run this long did not crash at its start. */
const STEADY_MS = 10_000;
/** Why the next one is started while it still runs. */
const LEFT = "draining";

/**
 * Starts a program in a group of its own, so that Ctrl-C at the terminal is ours to answer, and starts
 * it again whenever it ends unasked. For one that says that it drains, the next is started at once.
 */
export function keepProgram(
  [program, ...args]: readonly [string, ...string[]],
  options: KeepOptions,
): KeptProgram {
  const stopping = new AbortController();
  const first = Promise.withResolvers<string>();
  /** Those that run, also the one that drains, and when each is gone. */
  const running = new Map<ChildProcess, Promise<unknown>>();
  let child: ChildProcess | undefined;

  const run = async (): Promise<void> => {
    let backoffMs = FIRST_BACKOFF_MS;
    while (!stopping.signal.aborted) {
      const startedAtMs = performance.now();
      const reason = await runOnce();
      first.reject(
        new InputError(`the ${options.name} ended at its start: ${reason}`, "it to run; it has said why"),
      );
      if (stopping.signal.aborted) return;
      options.onCrash(reason);
      if (reason === LEFT) continue;
      if (performance.now() - startedAtMs > STEADY_MS) backoffMs = FIRST_BACKOFF_MS;
      await sleep(backoffMs, stopping.signal).catch(() => {});
      backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
    }
  };

  const runOnce = (): Promise<string> =>
    new Promise((resolve) => {
      const started = spawn(program, args, {
        stdio: ["pipe", "pipe", options.errors ?? "inherit"],
        detached: true,
        env: options.environment,
      });
      child = started;
      const gone = Promise.withResolvers<void>();
      running.set(started, gone.promise);
      const { pid } = started;
      const over = (reason: string): void => {
        running.delete(started);
        gone.resolve();
        if (pid !== undefined) options.onGone?.(pid);
        resolve(reason);
      };
      started.stdin?.on("error", () => {});
      if (started.stdout)
        createInterface({ input: started.stdout }).on("line", (line) => {
          first.resolve(line);
          if (pid !== undefined) options.onLine?.(pid, line);
          if (isDraining(line) && !stopping.signal.aborted) resolve(LEFT);
        });
      started.once("error", (error) => over(error.message));
      started.once("exit", (code, signal) => over(signal ?? `exit ${code}`));
      if (pid !== undefined) options.onStart?.(pid);
    });

  first.promise.catch(() => {});
  const over = run();
  return {
    ready: first.promise,
    async stop(graceMs) {
      stopping.abort();
      // One that drains was asked before: asked again it would cut what it waits for.
      child?.kill("SIGTERM");
      const kill = setTimeout(() => {
        for (const each of running.keys()) each.kill("SIGKILL");
      }, graceMs);
      await over;
      await Promise.all(running.values());
      clearTimeout(kill);
    },
    hurry() {
      for (const each of running.keys()) each.kill("SIGTERM");
    },
  };
}
