import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../errors.ts";
import type { Asset } from "./lock.ts";

const file = z.object({
  /** Below the repository's root. */
  path: z.string().regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const repository = z
  .object({
    /** Of the folder below the models' folder, and in the engine arguments of `inference/vllm/classes`. */
    name: z.string().regex(/^[A-Za-z0-9][\w.-]*$/),
    use: z.string().min(1),
    licence: z.string().min(1),
    url: z.url({ protocol: /^https?$/ }),
    /** A commit; null: not looked up yet (`make pin`). */
    revision: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .nullable(),
    /** Every file of that commit that the engine loads; null as long as the revision is. */
    files: z.array(file).min(1).nullable(),
  })
  .refine(({ revision, files }) => (revision === null) === (files === null), "a revision without its files");

const lock = z.object({
  repositories: z
    .array(repository)
    .default([])
    .refine(
      (all) => new Set(all.map(({ name }) => name)).size === all.length,
      "two repositories of one name",
    ),
});

/** A model of many files, such as the local engine's: a repository, fixed at one commit. */
export type Repository = Readonly<z.output<typeof repository>>;

/** Fixed at a commit, with a checksum for every file. */
export type PinnedRepository = Repository & {
  readonly revision: NonNullable<Repository["revision"]>;
  readonly files: NonNullable<Repository["files"]>;
};

/** True when nothing is left to look up: only such a repository is fetched. */
export function isPinned(one: Repository): one is PinnedRepository {
  return one.revision !== null && one.files !== null;
}

/** Its files, each of which lies in the folder of its name below the weights' folder, as in a mirror. */
export function toAssets({ name, use, licence, url, revision, files }: PinnedRepository): readonly Asset[] {
  return files.map(({ path, bytes, sha256 }) => {
    const file = `${name}/${path}`;
    const source = `${url}/resolve/${revision}/${path}`;
    const pin = { bytes, sha256 };
    return {
      name: file,
      kind: "weights",
      file,
      use,
      licence,
      url: source,
      revision,
      ...pin,
      mirror: { path: file, ...pin },
    };
  });
}

/**
 * The models of many files in the lock file, `inference/models.lock.json`.
 *
 * @throws {InputError} when it is missing or says something else.
 */
export async function readRepositories(path: string): Promise<readonly Repository[]> {
  try {
    return lock.parse(JSON.parse(await readFile(path, "utf8"))).repositories;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, " ") : "unknown fault";
    throw new InputError(`${path}: ${why}`, "a lock file of models", { cause });
  }
}
