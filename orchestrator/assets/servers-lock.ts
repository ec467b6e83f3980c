import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../errors.ts";

const release = z.object({
  /** `process.platform` and `process.arch`. */
  platform: z.string().regex(/^[a-z0-9]+-[a-z0-9]+$/),
  url: z.url({ protocol: /^https?$/ }),
  bytes: z.int().positive().nullable(),
  /** Null: not known; such a release is not run. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

const server = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  licence: z.string().min(1),
  /** What `go install` builds. */
  go: z.string().regex(/^[\w./-]+@v[\w.]+$/),
  releases: z.array(release),
});

const lock = z.object({ "livekit-server": server });

/** A server program that the project runs but does not hold: where it can be had, and what it must be. */
export type LockedServer = Readonly<z.output<typeof server>>;

/**
 * The lock file of server programs, `orchestrator/assets/servers.lock.json`.
 *
 * @throws {InputError} when it is missing or says something else.
 */
export async function readServersLock(path: string): Promise<Readonly<z.output<typeof lock>>> {
  try {
    return lock.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, " ") : "unknown fault";
    throw new InputError(`${path}: ${why}`, "a lock file of server programs", { cause });
  }
}
