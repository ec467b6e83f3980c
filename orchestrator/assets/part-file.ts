import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isAlive } from "../lib/process-alive.ts";

/** A part file that nobody wrote to for this long has lost its owner, whatever its process id says. */
const ABANDONED_MS = 60_000;

/** What a part file needs of an open file; tests hand in one on a full disk. */
export interface Sink {
  write(chunk: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
export type OpenSink = (path: string) => Promise<Sink>;

/** The file cannot be written here; no other source would help. */
export class TargetError extends Error {
  override readonly name = "TargetError";
}

/** A file on its way to `target`, owned by one fetch. It appears under its name whole or not at all. */
export interface PartFile {
  readonly path: string;
  /** Bytes it holds. */
  size(): number;
  append(chunk: Uint8Array): Promise<void>;
  /** Throws away what it holds. */
  restart(): Promise<void>;
  /** To the disk, so that it can be checked and published. */
  flush(): Promise<void>;
  /** Moves it to the target in one step. */
  publish(): Promise<void>;
  /** Leaves it as `TARGET.part`, for the next fetch to go on with. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export interface ClaimOptions {
  /** Go on with what an earlier fetch left; false: start empty and leave it alone. */
  readonly resume: boolean;
  readonly openSink?: OpenSink | undefined;
}

/**
 * Takes over what an earlier fetch left, else starts empty. Ownership is a rename, which only one
 * of two fetches can win, so any number may run at once: each has a file of its own.
 */
export async function claimPart(target: string, options: ClaimOptions): Promise<PartFile> {
  const path = `${target}.${process.pid}-${randomBytes(4).toString("hex")}.part`;
  const sink = await writing(target, async () => {
    await mkdir(dirname(target), { recursive: true });
    for (const leftover of options.resume ? await leftovers(target) : []) {
      if (await renamed(leftover, path)) break;
    }
    return (options.openSink ?? openAppend)(path);
  });
  let size = (await stat(path).catch(() => undefined))?.size ?? 0;
  let open = true;
  const close = async (): Promise<void> => {
    if (open) await sink.close();
    open = false;
  };

  return {
    path,
    size: () => size,
    append: (chunk) =>
      writing(target, async () => {
        for (let rest = chunk; rest.length > 0;) {
          const { bytesWritten } = await sink.write(rest);
          if (bytesWritten === 0) throw Object.assign(new Error("nothing was written"), { code: "ENOSPC" });
          size += bytesWritten;
          rest = rest.subarray(bytesWritten);
        }
      }),
    restart: () =>
      writing(target, async () => {
        await sink.truncate(0);
        size = 0;
      }),
    publish: () =>
      writing(target, async () => {
        await close();
        await rename(path, target);
        for (const leftover of await leftovers(target)) await rm(leftover, { force: true });
      }),
    flush: () => writing(target, () => sink.sync()),
    async keep() {
      await close();
      if (size > 0) await rename(path, `${target}.part`);
      else await rm(path, { force: true });
    },
    async discard() {
      // A full disk may show itself again here; the file goes either way.
      await close().catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}

async function writing<Result>(target: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown fault";
    const full = code === "ENOSPC" || code === "EDQUOT";
    throw new TargetError(
      full
        ? `the disk is full: ${dirname(target)} has no room for ${basename(target)}`
        : `cannot write ${target} (${code})`,
      { cause: error },
    );
  }
}

/** What was put aside by `keep`, and what a killed process left. */
async function leftovers(target: string): Promise<readonly string[]> {
  const folder = dirname(target);
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`) || !name.endsWith(".part")) continue;
    const path = join(folder, name);
    const owner = /\.(\d+)-[0-9a-f]+\.part$/.exec(name)?.[1];
    if (owner === undefined || !isAlive(Number(owner)) || (await isAbandoned(path))) found.push(path);
  }
  return found;
}

async function isAbandoned(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS;
}

/** False when another fetch was faster. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Created when missing; everything goes to its end. */
function openAppend(path: string): Promise<Sink> {
  return open(path, "a");
}
