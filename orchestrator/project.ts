import { fileURLToPath } from "node:url";

/** The project's folder, with a trailing slash. */
export const PROJECT_DIR = fileURLToPath(new URL("..", import.meta.url));

/** How to run one of our own commands as a child process. */
export function ownCommand(...args: readonly string[]): readonly [string, ...string[]] {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  return [process.execPath, "--disable-warning=ExperimentalWarning", main, ...args];
}
