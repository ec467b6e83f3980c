import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive } from "../../orchestrator/lib/process-alive.ts";

/** Where tools are kept between checkouts. */
export const TOOLS_DIR = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "sightline",
  "tools",
);

/** How often somebody else's build is looked at. */
const POLL_MS = 250;

/**
 * The folder of a tool; `build` fills a draft of it the first time, which is then moved to its place. Whoever
 * comes while somebody else builds it waits for that one.
 *
 * @param name with its version: another version is another folder
 * @param dir where tools are kept
 * @throws what `build` throws
 */
export async function buildOnce(
  name: string,
  build: (draft: string) => Promise<void>,
  dir = TOOLS_DIR,
): Promise<string> {
  const folder = join(dir, name);
  if (await isThere(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  try {
    if (await isThere(folder)) return folder;
    const draft = await mkdtemp(`${folder}.draft-`);
    try {
      await build(draft);
      await rename(draft, folder);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Somebody else was faster.
      if (!(await isThere(folder))) throw error;
    }
    return folder;
  } finally {
    await unlock();
  }
}

/**
 * Waits until no living process has the lock, and takes it. Two may take the lock of one that was killed:
 * both build then, and the first that is ready counts.
 */
async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    const taken = await writeFile(path, String(process.pid), { flag: "wx" }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
        return false;
      },
    );
    if (taken) return () => rm(path, { force: true });
    const holder = await readFile(path, "utf8").catch(() => "");
    // Between its making and its writing it is empty for a moment.
    if (holder !== "" && !isAlive(Number(holder))) await rm(path, { force: true });
    else await wait(POLL_MS);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
