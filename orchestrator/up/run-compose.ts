import { spawn } from "node:child_process";
import { runProgram } from "../assets/run-program.ts";
import { projectEnvironment } from "../config/project-environment.ts";
import { InputError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import type { ComposePlan } from "./compose-plan.ts";

/** A second one ends it at once; the first lets compose stop what it began. */
const STOP = "SIGINT";
const ASK_TIMEOUT_MS = 30_000;

/**
 * Runs `docker compose` with the terminal of the caller, so that its progress is seen.
 *
 * @returns its exit code
 */
export function runCompose(
  plan: ComposePlan,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("docker", ["compose", ...plan.arguments, ...words], {
      stdio: ["ignore", "inherit", "inherit"],
      cwd: PROJECT_DIR,
      env: environmentOf(plan),
    });
    const stop = (): void => void child.kill(STOP);
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", reject);
    child.once("exit", (code) => {
      signal.removeEventListener("abort", stop);
      resolve(code ?? 1);
    });
  });
}

/**
 * Asks `docker compose` something.
 *
 * @returns what it answers
 * @throws {InputError} when it does not, with its own last words
 */
export async function askCompose(
  plan: ComposePlan,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { stdout, reason } = await runProgram(["docker", "compose", ...plan.arguments, ...words], {
    environment: environmentOf(plan),
    signal,
    timeoutMs: ASK_TIMEOUT_MS,
  });
  if (reason === undefined) return stdout;
  throw new InputError(`docker compose ${words[0] ?? ""} does not answer: ${reason}`, "an engine that runs");
}

/** An attestation holds the time of its build: with it each build gives another image, also one of no change. */
const BUILD_ALIKE = { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" } as const;

function environmentOf(plan: ComposePlan): Readonly<Record<string, string | undefined>> {
  return { ...BUILD_ALIKE, ...projectEnvironment(PROJECT_DIR), ...plan.environment };
}
