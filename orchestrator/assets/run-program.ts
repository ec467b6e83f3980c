import { execFile } from "node:child_process";

export interface RunProgramOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface ProgramRun {
  readonly stdout: string;
  /** Why it failed, with the last line that it said; undefined: it did not. */
  readonly reason: string | undefined;
}

const MAX_OUTPUT = 8 * 1024 * 1024;

/** Runs a program to its end. Never throws: what went wrong is the reason. */
export function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { environment, signal, timeoutMs }: RunProgramOptions,
): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const settings = { env: environment, signal, timeout: timeoutMs, maxBuffer: MAX_OUTPUT };
    execFile(program, [...args], settings, (error, stdout, stderr) => {
      if (!error) return resolve({ stdout, reason: undefined });
      const last = stderr.trim().split("\n").at(-1) ?? "";
      const how = error.killed ? `no end after ${Math.round(timeoutMs / 1000)} s` : String(error.code);
      resolve({ stdout, reason: last === "" ? how : `${how}: ${last.slice(0, 300)}` });
    });
  });
}
