import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors.ts";
import { checkFile } from "./check-file.ts";
import { download } from "./download.ts";
import { onPath } from "./on-path.ts";
import { claimPart } from "./part-file.ts";
import { runProgram } from "./run-program.ts";
import { type LockedServer, readServersLock } from "./servers-lock.ts";

export interface FindOptions {
  /** Where a server that is built or fetched is kept, absolute. */
  readonly cacheDir: string;
  /** `PATH` is searched in it, and the Go toolchain runs in it: it must hold no secret. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Told what takes long, in a sentence for the user. */
  readonly onProgress?: (line: string) => void;
  /** Default: `orchestrator/assets/servers.lock.json`. */
  readonly lockFile?: string;
  /** Longest build. Default: 15 minutes; measured: 3.5 on two busy cores. */
  readonly buildTimeoutMs?: number;
}

const LOCK_FILE = fileURLToPath(new URL("./servers.lock.json", import.meta.url));
const BUILD_TIMEOUT_MS = 15 * 60_000;
const VERSION_TIMEOUT_MS = 10_000;
const IDLE_MS = 30_000;

/**
 * A livekit-server that runs on this machine: the one on PATH, else the one that was built or fetched
 * before, else one built with the Go toolchain, else the official release.
 *
 * @throws {InputError} that says what was tried, and what to do by hand.
 */
export async function findLivekitServer(options: FindOptions): Promise<string> {
  const { "livekit-server": server } = await readServersLock(options.lockFile ?? LOCK_FILE);
  const kept = join(options.cacheDir, `livekit-server-${server.version}`);
  for (const path of [await onPath("livekit-server", options.environment["PATH"]), kept]) {
    if (path !== undefined && (await runs(path, options))) return path;
  }
  const problems = ["there is none on PATH"];
  for (const bring of [build, fetchRelease]) {
    const problem = await bring(server, kept, options);
    options.signal.throwIfAborted();
    if (problem === undefined && (await runs(kept, options))) return kept;
    problems.push(problem ?? "it does not run on this machine");
  }
  throw new InputError(
    `livekit-server: ${problems.join("; ")}`,
    `livekit-server ${server.version} on PATH, or a Go toolchain and a network to build it`,
  );
}

/** Builds it with Go; says what was in the way. */
async function build(
  server: LockedServer,
  target: string,
  options: FindOptions,
): Promise<string | undefined> {
  const go = await onPath("go", options.environment["PATH"]);
  if (go === undefined) return "there is no Go toolchain to build it with";
  options.onProgress?.(`Building livekit-server ${server.version} with Go, once; this takes some minutes.`);
  await mkdir(options.cacheDir, { recursive: true });
  const work = await mkdtemp(join(options.cacheDir, "build-"));
  try {
    const environment = {
      // With a home, Go's own caches make the next build a matter of seconds.
      ...(options.environment["HOME"] ? {} : { GOPATH: join(work, "go"), GOCACHE: join(work, "cache") }),
      ...options.environment,
      GOBIN: work,
      GOFLAGS: "-modcacherw",
      CGO_ENABLED: "0",
    };
    const built = await runProgram([go, "install", "-trimpath", "-ldflags", "-s -w", server.go], {
      environment,
      signal: options.signal,
      timeoutMs: options.buildTimeoutMs ?? BUILD_TIMEOUT_MS,
    });
    if (built.reason !== undefined) return `building it with Go failed (${built.reason})`;
    await rename(join(work, "server"), target);
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Fetches the official release; says what was in the way. */
async function fetchRelease(
  server: LockedServer,
  target: string,
  options: FindOptions,
): Promise<string | undefined> {
  const release = server.releases.find(({ platform }) => platform === `${process.platform}-${process.arch}`);
  if (!release) return `there is no official release for ${process.platform}-${process.arch}`;
  if (release.sha256 === null) {
    return `the official release is not run, because its sha256 is not known (by hand: ${release.url})`;
  }
  options.onProgress?.(`Fetching livekit-server ${server.version}.`);
  await mkdir(options.cacheDir, { recursive: true });
  const archive = `${target}.tar.gz`;
  const work = await mkdtemp(join(options.cacheDir, "release-"));
  try {
    const part = await claimPart(archive, { resume: false });
    try {
      await download(release.url, part, {
        pin: release,
        signal: options.signal,
        idleMs: IDLE_MS,
        onProgress: () => {},
      });
      await part.flush();
      const found = await checkFile(part.path, release);
      if (found.state !== "ok") {
        return `the official release is refused: it ${found.state === "wrong" ? found.why : found.state}`;
      }
      const unpacked = await runProgram(["tar", "-xzf", part.path, "-C", work, "livekit-server"], {
        environment: options.environment,
        signal: options.signal,
        timeoutMs: IDLE_MS,
      });
      if (unpacked.reason !== undefined)
        return `the official release cannot be unpacked (${unpacked.reason})`;
    } finally {
      await part.discard();
    }
    await chmod(join(work, "livekit-server"), 0o755);
    await rename(join(work, "livekit-server"), target);
    return undefined;
  } catch (error) {
    return `the official release cannot be fetched (${error instanceof Error ? error.message : "unknown fault"})`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function runs(path: string, { environment, signal }: FindOptions): Promise<boolean> {
  const ran = await runProgram([path, "--version"], { environment, signal, timeoutMs: VERSION_TIMEOUT_MS });
  return ran.reason === undefined && /version \d/.test(ran.stdout);
}
