import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { reportFault } from "../../orchestrator/commands/exit.ts";
import type { Command } from "../../orchestrator/commands/io.ts";
import { variables } from "../../orchestrator/environment.ts";

/** What a command left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Configuration; every variable of the project that is not named here is unset. */
  readonly env?: Readonly<Record<string, string>>;
  /** The standard input, all of it. A stream is left open until its writer ends it. */
  readonly input?: string | PassThrough;
  readonly signal?: AbortSignal;
  readonly isTty?: boolean;
  /** Sees the standard output as it grows. */
  readonly onStdout?: (soFar: string) => void;
}

/** Runs a command in this process, the way `main.ts` does, with streams and an environment of its own. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const restore = setEnvironment({ LOG_LEVEL: "silent", ...options.env });
  const stdin = options.input instanceof PassThrough ? options.input : new PassThrough();
  if (!(options.input instanceof PassThrough)) stdin.end(options.input ?? "");
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const { isTty = false, signal = new AbortController().signal } = options;
  if (options.onStdout) watch(stdout, options.onStdout);
  const written = Promise.all([text(stdout), text(stderr)]);
  const io = { stdin, stdout, stderr, isTty, colours: false, signal, onForced: () => {} };
  try {
    const code = await command(args, io).catch((error: unknown) => reportFault(error, stderr));
    stdout.end();
    stderr.end();
    const [out, err] = await written;
    return { code, stdout: out, stderr: err };
  } finally {
    restore();
  }
}

/** Standard output as `--json` promises it: nothing but one JSON object a line. */
export function jsonLines(ran: Ran): readonly Readonly<Record<string, unknown>>[] {
  const lines = ran.stdout.split("\n");
  if (lines.pop() !== "") throw new Error(`the output does not end in a line break: ${ran.stdout}`);
  return lines.map((line) => {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Error(`a line is no JSON object: ${line}`);
    }
    return value as Record<string, unknown>;
  });
}

function watch(stream: PassThrough, onText: (soFar: string) => void): void {
  let soFar = "";
  stream.on("data", (chunk: Buffer) => onText((soFar += chunk.toString())));
}

/** Sets exactly these of the project's variables; the returned function puts everything back. */
function setEnvironment(env: Readonly<Record<string, string>>): () => void {
  const names = Object.keys(variables).flatMap((name) => [name, `${name}_FILE`]);
  const before = names.map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  // Empty, not absent: a developer's own .env has no say here.
  for (const name of names) set(name, env[name] ?? "");
  return () => {
    for (const [name, value] of before) set(name, value);
  };
}
