import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../errors.ts";

const pin = {
  bytes: z.int().positive().nullable(),
  /** Null: not known; such a file is used only when the user says so, and never as weights. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
};

const asset = z.object({
  name: z.string().regex(/^[a-z0-9_-]+$/),
  kind: z.enum(["weights", "sample"]),
  file: z.string().regex(/^[\w-][\w.-]*$/),
  use: z.string().min(1),
  licence: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
  /** The fixed commit in `url`. */
  revision: z.string().min(1),
  ...pin,
  /** The same picture may lie re-encoded in a mirror: the mirror's copy has its own checksum. */
  mirror: z.object({ path: z.string().regex(/^[\w-][\w./-]*$/), ...pin }),
});

const lock = z.object({
  assets: z
    .array(asset)
    .refine(
      (assets) =>
        assets.every(({ kind, sha256, mirror }) => kind === "sample" || (sha256 && mirror.sha256) !== null),
      "weights without a sha256",
    )
    .refine(
      (assets) => new Set(assets.map(({ name }) => name)).size === assets.length,
      "two assets of one name",
    ),
});

/** A weight file or sample picture, where it can be had, and what it must be. */
export type Asset = Readonly<z.output<typeof asset>>;

/** What a file must be; null: not known. Bytes and lower-case hex. */
export type Pin = Pick<Asset, "bytes" | "sha256">;

/**
 * The lock file of weights and sample pictures, `inference/models.lock.json`.
 *
 * @throws {InputError} when it is missing or says something else.
 */
export async function readLock(path: string): Promise<readonly Asset[]> {
  try {
    return lock.parse(JSON.parse(await readFile(path, "utf8"))).assets;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, " ") : "unknown fault";
    throw new InputError(`${path}: ${why}`, "a lock file of weights and sample pictures", { cause });
  }
}
