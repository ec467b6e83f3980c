import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ImagesLock, toReference } from "./images-lock.ts";

/** Files that name images, as far as they are there. */
const FILES = [
  "Dockerfile",
  "inference/gate/Dockerfile",
  "docker-compose.gpu.yml",
  "docker-compose.cpu.yml",
  "docker-compose.speech-cpu.yml",
  "k8s/chart/values.yaml",
  "orchestrator/up/compose-plan.ts",
];
/** Built from this checkout. */
const OWN = /^sightline(-gate)?$/;

export interface ImageFile {
  /** From the root of the checkout. */
  readonly path: string;
  readonly text: string;
}

export function readImageFiles(root: string): readonly ImageFile[] {
  return FILES.filter((path) => existsSync(join(root, path))).map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  }));
}

/** The text with every image and checksum as the lock has it. */
export function withPins(text: string, lock: ImagesLock): string {
  let pinned = text;
  for (const { image, tag, digest } of lock.images) {
    const name = `${escape(image)}:${escape(tag)}`;
    pinned = pinned
      .replace(
        new RegExp(`(?<![\\w./-])${name}(@sha256:[0-9a-f]{64})?(?![\\w.@-])`, "g"),
        toReference({ image, tag, digest }),
      )
      .replace(
        new RegExp(
          `(repository: ${escape(image)}\\n(?: *#.*\\n)* *tag: ${escape(tag)}\\n(?: *#.*\\n)* *digest: )\\S+`,
          "g",
        ),
        `$1${digest ?? '""'}`,
      );
  }
  for (const { argument, sha256 } of lock.downloads) {
    pinned = pinned.replace(new RegExp(`^(ARG ${argument}=).*$`, "gm"), `$1${sha256 ?? ""}`);
  }
  return pinned;
}

/** Images that a file names, as `image:tag`, without those of our own. */
export function imagesIn({ path, text }: ImageFile): readonly string[] {
  return path.endsWith("values.yaml") ? chartImages(text) : plainImages(text);
}

function plainImages(text: string): readonly string[] {
  const found = [
    ...text.matchAll(/^ARG \w+_IMAGE=(\S+)$/gm),
    ...text.matchAll(/^FROM (?!\$)(\S+)/gm),
    ...text.matchAll(/^ *image: *(?:\$\{\w+:-)?([a-z0-9][^\s}]*)\}?/gm),
    ...text.matchAll(/"([a-z0-9][a-z0-9./-]*:[\w.-]+)@sha256:[0-9a-f]{64}"/g),
  ].map(([, name = ""]) => name.replace(/@sha256:[0-9a-f]{64}$/, ""));
  return [...new Set(found)].filter((name) => !OWN.test(name.split(":")[0] ?? ""));
}

function chartImages(text: string): readonly string[] {
  const found = [...text.matchAll(/repository: ([a-z0-9]\S*)\n(?: *#.*\n)* *tag: (\S+)/g)].map(
    ([, image = "", tag = ""]) => ({ image, tag: tag.replaceAll('"', "") }),
  );
  return found.filter(({ image }) => !OWN.test(image)).map(({ image, tag }) => `${image}:${tag}`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
