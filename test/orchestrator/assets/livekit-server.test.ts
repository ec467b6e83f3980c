import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, mkdir, readdir, rename } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findLivekitServer } from "../../../orchestrator/assets/livekit-server.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { servesFile, startAssetServer } from "./asset-server.ts";

const VERSIONED = '#!/bin/sh\necho "livekit-server version 9.9.9"\n';
/** The shell and its tools, and nothing else of this machine. */
const TOOLS = ["sh", "cp", "chmod", "echo", "tar", "gzip", "sleep"];

let folder: TestFolder;
let bin: string;
let cacheDir: string;

beforeEach(async () => {
  folder = testFolder();
  bin = join(folder.path, "bin");
  cacheDir = join(folder.path, "servers");
  await mkdir(bin);
  for (const tool of TOOLS) await program(tool, `#!/bin/sh\nexec ${which(tool)} "$@"\n`);
});
afterEach(() => folder.remove());

/** Where the shell finds a tool; what is built into it lies in /bin too. */
function which(tool: string): string {
  const found = execFileSync("/bin/sh", ["-c", `command -v ${tool}`])
    .toString()
    .trim();
  return found === tool ? `/bin/${tool}` : found;
}

async function program(name: string, text: string): Promise<string> {
  const path = folder.put(`bin/${name}`, text);
  await chmod(path, 0o755);
  return path;
}

/** A Go toolchain that "builds" this script. */
const goThatBuilds = (script: string): string =>
  `#!/bin/sh\n[ "$1" = install ] || exit 2\ncp ${script} "$GOBIN/server"\n`;

function lockFile(release: object = {}): string {
  const url = "http://127.0.0.1:1/livekit.tar.gz";
  const platform = `${process.platform}-${process.arch}`;
  const releases = [{ platform, url, bytes: null, sha256: null, ...release }];
  const server = { version: "9.9.9", licence: "Apache-2.0", go: "example.org/server@v9.9.9", releases };
  return folder.put("servers.lock.json", JSON.stringify({ "livekit-server": server }));
}

function find(
  options: { lock?: string; buildTimeoutMs?: number; progress?: string[] } = {},
): Promise<string> {
  return findLivekitServer({
    cacheDir,
    environment: { PATH: [join(folder.path, "empty"), bin].join(delimiter) },
    signal: new AbortController().signal,
    lockFile: options.lock ?? lockFile(),
    onProgress: (line) => options.progress?.push(line),
    ...(options.buildTimeoutMs === undefined ? {} : { buildTimeoutMs: options.buildTimeoutMs }),
  });
}

test("the one on PATH is taken, and nothing is built", async () => {
  const path = await program("livekit-server", VERSIONED);
  const progress: string[] = [];
  expect(await find({ progress })).toBe(path);
  expect(progress).toEqual([]);
});

test("one on PATH that does not run is passed over for one that is built", async () => {
  await program("livekit-server", "#!/bin/sh\nexit 1\n");
  const built = folder.put("built", VERSIONED);
  await chmod(built, 0o755);
  await program("go", goThatBuilds(built));
  const progress: string[] = [];
  expect(await find({ progress })).toBe(join(cacheDir, "livekit-server-9.9.9"));
  expect(progress).toEqual([expect.stringContaining("Building livekit-server 9.9.9 with Go")]);
});

test("what was built once is used again, and the build leaves nothing else", async () => {
  const built = folder.put("built", VERSIONED);
  await chmod(built, 0o755);
  await program("go", goThatBuilds(built));
  const first = await find();
  await rename(join(bin, "go"), join(bin, "gone"));
  expect(await find()).toBe(first);
  expect(await readdir(cacheDir)).toEqual(["livekit-server-9.9.9"]);
});

test("a release without a known sha256 is not run", async () => {
  await expect(find()).rejects.toThrow(
    "livekit-server: there is none on PATH; there is no Go toolchain to build it with; the official release is not run, because its sha256 is not known (by hand: http://127.0.0.1:1/livekit.tar.gz); expected livekit-server 9.9.9 on PATH, or a Go toolchain and a network to build it",
  );
});

test("a build that fails or takes too long says so", async () => {
  await program("go", "#!/bin/sh\necho 'dial tcp: no such host' >&2\nexit 1\n");
  await expect(find()).rejects.toThrow("building it with Go failed (1: dial tcp: no such host)");
  await program("go", "#!/bin/sh\nexec sleep 20\n");
  await expect(find({ buildTimeoutMs: 200 })).rejects.toThrow(
    "building it with Go failed (no end after 0 s)",
  );
});

test("a release that is what the lock file says is unpacked; any other is refused", async () => {
  const script = folder.put("livekit-server", VERSIONED);
  const archive = join(folder.path, "livekit.tar.gz");
  execFileSync("tar", ["-czf", archive, "-C", folder.path, "livekit-server"]);
  expect(script).toBe(join(folder.path, "livekit-server"));
  const bytes = readFileSync(archive);
  const server = await startAssetServer(servesFile(bytes));
  try {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const { url } = server;
    await expect(find({ lock: lockFile({ url, sha256: "0".repeat(64) }) })).rejects.toThrow(
      `the official release is refused: it has sha256 ${sha256}, expected ${"0".repeat(64)}`,
    );
    expect(await readdir(cacheDir)).toEqual([]);
    const found = await find({ lock: lockFile({ url, sha256, bytes: bytes.length }) });
    expect(found).toBe(join(cacheDir, "livekit-server-9.9.9"));
    expect(await readdir(cacheDir)).toEqual(["livekit-server-9.9.9"]);
  } finally {
    await server.close();
  }
});

test("a machine without an official release is told so", async () => {
  await expect(find({ lock: lockFile({ platform: "amiga-68k" }) })).rejects.toThrow(
    `there is no official release for ${process.platform}-${process.arch}`,
  );
});
