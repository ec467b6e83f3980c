import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readImageFiles, withPins } from "./image-files.ts";
import { type ImagesLock, parseImagesLock } from "./images-lock.ts";
import { lookUpRepository, type RepositoryPin } from "./model-repository.ts";
import { lookUpDigest, type Registries } from "./registry.ts";

export interface PinOptions {
  /** Root of the checkout. */
  readonly root: string;
  /** Takes what is there now also where something is pinned; else a tag that moved is a fault. */
  readonly update: boolean;
  readonly registries?: Registries;
  /** Told what was found, a line each. */
  readonly tell: (line: string) => void;
}

interface ModelsLock {
  readonly repositories?: readonly ({ readonly name: string; readonly url: string } & {
    readonly [K in keyof RepositoryPin]: RepositoryPin[K] | null;
  })[];
}

const LOCK = "images.lock.json";
const MODELS_LOCK = "inference/models.lock.json";
const DOWNLOAD_TIMEOUT_MS = 30 * 60_000;

/**
 * Looks up every digest, checksum and revision that is not known yet, and writes them into the lock files
 * and into all that names them. What cannot be looked up stays as it is.
 *
 * @returns why, a sentence each
 */
export async function pinAll({ root, update, registries, tell }: PinOptions): Promise<readonly string[]> {
  const faults: string[] = [];
  /** Undefined: it could not be looked up, or is not what it was. */
  const look = async <Found>(
    name: string,
    known: Found | null,
    find: () => Promise<Found>,
  ): Promise<Found | null> => {
    try {
      const found = await find();
      if (known !== null && JSON.stringify(known) !== JSON.stringify(found) && !update) {
        faults.push(`${name}: is no longer what is pinned; UPDATE=1 takes what is there now`);
        return known;
      }
      if (JSON.stringify(known) !== JSON.stringify(found)) tell(`${name}: pinned`);
      return found;
    } catch (error) {
      faults.push(`${name}: ${toSentence(error)}`);
      return known;
    }
  };

  const lock = parseImagesLock(readFileSync(join(root, LOCK), "utf8"));
  const images: ImagesLock["images"][number][] = [];
  for (const image of lock.images) {
    const name = `${image.image}:${image.tag}`;
    images.push({ ...image, digest: await look(name, image.digest, () => lookUpDigest(image, registries)) });
  }
  const downloads: ImagesLock["downloads"][number][] = [];
  for (const one of lock.downloads) {
    const sha256 =
      one.sha256 === null || update
        ? await look(one.name, one.sha256, () => hashDownload(one.url))
        : one.sha256;
    downloads.push({ ...one, sha256 });
  }
  const pinned = { images, downloads };
  writeJson(join(root, LOCK), pinned);
  for (const { path, text } of readImageFiles(root)) {
    const next = withPins(text, pinned);
    if (next !== text) writeFileSync(join(root, path), next);
  }
  await pinModels(join(root, MODELS_LOCK), update, look);
  return faults;
}

async function pinModels(
  path: string,
  update: boolean,
  look: (
    name: string,
    known: RepositoryPin | null,
    find: () => Promise<RepositoryPin>,
  ) => Promise<RepositoryPin | null>,
): Promise<void> {
  const models = JSON.parse(readFileSync(path, "utf8")) as ModelsLock;
  const repositories: unknown[] = [];
  for (const one of models.repositories ?? []) {
    const { revision, files } = one;
    const known = revision !== null && files !== null ? { revision, files } : null;
    // A commit does not move; its repository's newest one is a choice.
    const found =
      known !== null && !update ? known : await look(one.name, known, () => lookUpRepository(one.url));
    repositories.push({ ...one, ...found });
  }
  if (models.repositories !== undefined) writeJson(path, { ...models, repositories });
}

async function hashDownload(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  if (!response.ok || response.body === null)
    throw new Error(`${new URL(url).host} answers ${response.status}`);
  const hash = createHash("sha256");
  await pipeline(Readable.fromWeb(response.body), hash);
  return hash.digest("hex");
}

/** What `fetch` says itself is that it failed; its cause says why. */
function toSentence(error: unknown): string {
  if (!(error instanceof Error)) return "unknown fault";
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message || String(cause)})` : error.message;
}

function writeJson(path: string, content: unknown): void {
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`);
}
