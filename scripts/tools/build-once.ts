import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where tools are kept between checkouts. */
export const TOOLS_DIR = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "sightline",
  "tools",
);

/**
 * The folder of a tool; `build` fills a draft of it the first time, which is then moved to its place.
 *
 * @param name with its version: another version is another folder
 * @throws what `build` throws
 */
export async function buildOnce(name: string, build: (draft: string) => Promise<void>): Promise<string> {
  const folder = join(TOOLS_DIR, name);
  if (await isThere(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
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
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
