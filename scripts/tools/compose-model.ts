import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildOnce } from "./build-once.ts";

const run = promisify(execFile);
const SOURCE = join(import.meta.dirname, "..", "compose-model");
const SOURCE_FILES = ["main.go", "go.mod", "go.sum"];
const BUILD_TIMEOUT_MS = 10 * 60_000;
const RUN_TIMEOUT_MS = 20_000;
const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** Builds the program with Go (half a minute the first time), kept by the hash of its source. */
async function program(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of SOURCE_FILES) hash.update(readFileSync(join(SOURCE, file)));
  const folder = await buildOnce(`compose-model-${hash.digest("hex").slice(0, 16)}`, async (draft) => {
    await run("go", ["build", "-trimpath", "-o", join(draft, "compose-model"), "."], {
      cwd: SOURCE,
      env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local" },
      timeout: BUILD_TIMEOUT_MS,
    });
  });
  return join(folder, "compose-model");
}

export interface LoadOptions {
  readonly profiles?: readonly string[];
  /** Variables of the files; nothing else is set. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Loads compose files as `docker compose` does, the later over the earlier.
 *
 * @throws with the loader's own message for files that it refuses
 */
export async function loadCompose(files: readonly string[], options: LoadOptions = {}): Promise<unknown> {
  const profiles = (options.profiles ?? []).flatMap((name) => ["-profile", name]);
  const { stdout } = await start(["load", ...profiles, ...files], options.environment ?? {});
  return JSON.parse(stdout);
}

/** The files that a build in the folder is sent, relative to it. */
export async function buildContext(folder: string): Promise<readonly string[]> {
  const { stdout } = await start(["context", folder], {});
  return stdout.split("\n").filter((line) => line !== "");
}

async function start(args: readonly string[], environment: Readonly<Record<string, string>>) {
  return run(await program(), args, {
    env: { PATH: "/usr/bin:/bin", ...environment },
    timeout: RUN_TIMEOUT_MS,
    maxBuffer: LARGEST_OUTPUT,
  });
}
