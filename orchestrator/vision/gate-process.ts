import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";

/** A program and its arguments. */
export type ProgramCommand = readonly [program: string, ...args: string[]];

/** Environment variables of a program; undefined: those of this process. */
export type ProgramEnvironment = Readonly<Record<string, string | undefined>>;

export interface GateProcess {
  /** The address it listens on; undefined when it ended or said something else first. */
  readonly listening: Promise<string | undefined>;
  /** Why it ended, such as `SIGSEGV`, `exit 1` or `ENOENT`. */
  readonly ended: Promise<string>;
  /** Ends it at once. */
  kill(): void;
  /** Lets it end by itself: it is asked by the end of its input. */
  end(): void;
}

/** A first line that is longer is not the gate's. */
const MAX_LINE = 4096;

/**
 * Starts a gate that prints `{"listening":"http://127.0.0.1:PORT"}` and ends when its input ends, so
 * that it never outlives us. Never throws.
 */
export function startGateProcess(
  [program, ...args]: ProgramCommand,
  options: { readonly stderr: "inherit" | "ignore"; readonly environment?: ProgramEnvironment | undefined },
): GateProcess {
  let child: ChildProcessByStdio<Writable, Readable, null>;
  try {
    child = spawn(program, args, {
      stdio: ["pipe", "pipe", options.stderr],
      // A group of its own: Ctrl-C at the terminal is ours to answer.
      detached: true,
      env: options.environment,
    });
  } catch (error) {
    // Out of file descriptors, for one.
    const nothing = (): void => {};
    return {
      listening: Promise.resolve(undefined),
      ended: Promise.resolve(toReason(error)),
      kill: nothing,
      end: nothing,
    };
  }
  child.stdin.on("error", () => {});
  child.stdout.on("error", () => {});
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(toReason(error)));
    child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  return {
    listening: readAddress(child.stdout, ended),
    ended,
    kill: () => void child.kill("SIGKILL"),
    end: () => void child.stdin.end(),
  };
}

function toReason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "not started";
}

function readAddress(stdout: Readable, ended: Promise<string>): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const read = (chunk: string): void => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end === -1 && text.length < MAX_LINE) return;
      stdout.off("data", read);
      // What it may print later must not fill the pipe.
      stdout.resume();
      resolve(toAddress(text.slice(0, end)));
    };
    stdout.setEncoding("utf8").on("data", read);
    void ended.then(() => resolve(undefined));
  });
}

/** Pictures go to this very machine only, whatever the line says. */
const line = z.object({ listening: z.string().regex(/^http:\/\/(127\.0\.0\.1|\[::1\]):[1-9]\d{0,4}$/) });

function toAddress(text: string): string | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data?.listening;
  } catch {
    return undefined;
  }
}
