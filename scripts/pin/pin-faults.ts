import { type ImageFile, imagesIn, withPins } from "./image-files.ts";
import type { ImagesLock } from "./images-lock.ts";

/** `inference/models.lock.json`, as far as it matters here. */
export interface ModelsLock {
  readonly assets: readonly {
    readonly name: string;
    readonly kind: string;
    readonly sha256: string | null;
  }[];
  readonly repositories?: readonly { readonly name: string; readonly revision: string | null }[];
}

export interface PinInput {
  readonly lock: ImagesLock;
  readonly models: ModelsLock;
  readonly files: readonly ImageFile[];
}

/** All that a release must not ship with, one sentence each; empty when everything is pinned. */
export function pinFaults({ lock, models, files }: PinInput): readonly string[] {
  return [
    ...lock.images
      .filter(({ digest }) => digest === null)
      .map(({ image, tag }) => `${image}:${tag}: no digest`),
    ...lock.downloads.filter(({ sha256 }) => sha256 === null).map(({ name }) => `${name}: no sha256`),
    ...models.assets
      .filter(({ kind, sha256 }) => kind === "weights" && sha256 === null)
      .map(({ name }) => `${name}: no sha256`),
    ...(models.repositories ?? [])
      .filter(({ revision }) => revision === null)
      .map(({ name }) => `${name}: no revision, so no checksums`),
    ...disagreements(lock, files),
  ];
}

/** Where files and the lock name different things; nothing of it is for a registry to answer. */
export function disagreements(lock: ImagesLock, files: readonly ImageFile[]): readonly string[] {
  const known = new Set(lock.images.map(({ image, tag }) => `${image}:${tag}`));
  const named = new Set(files.flatMap(imagesIn));
  return [
    ...files.flatMap((file) =>
      imagesIn(file)
        .filter((name) => !known.has(name))
        .map((name) => `${file.path}: names ${name}, which images.lock.json does not`),
    ),
    ...files
      .filter(({ text }) => withPins(text, lock) !== text)
      .map(({ path }) => `${path}: names an image or a checksum otherwise than images.lock.json`),
    ...[...known]
      .filter((name) => !named.has(name))
      .map((name) => `images.lock.json: names ${name}, which no file does`),
  ];
}
