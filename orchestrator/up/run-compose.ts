import { spawn } from "node:child_process";
import { projectEnvironment } from "../config/project-environment.ts";
import { PROJECT_DIR } from "../project.ts";
import type { ComposePlan } from "./compose-plan.ts";

/** A second one ends it at once; the first lets compose stop what it began. */
const STOP = "SIGINT";

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
      env: { ...projectEnvironment(PROJECT_DIR), ...plan.environment },
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
