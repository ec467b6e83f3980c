import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readImageFiles, withPins } from "../../../scripts/pin/image-files.ts";
import { type ImagesLock, parseImagesLock } from "../../../scripts/pin/images-lock.ts";
import { disagreements, type ModelsLock, pinFaults } from "../../../scripts/pin/pin-faults.ts";

const project = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(project, path), "utf8");
const own = parseImagesLock(read("images.lock.json"));
const files = readImageFiles(project);
const digest = `sha256:${"a".repeat(64)}`;
const why = "because the test says so";

describe("this checkout", () => {
  it("names images in its files and in its lock alike", () => {
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["Dockerfile", "inference/gate/Dockerfile", "docker-compose.gpu.yml"]),
    );
    expect(disagreements(own, files)).toEqual([]);
  });

  it("would be released once every null of its locks were filled, and not before", () => {
    const pinned: ImagesLock = {
      images: own.images.map((image) => ({ ...image, digest: image.digest ?? digest })),
      downloads: own.downloads.map((one) => ({ ...one, sha256: one.sha256 ?? "a".repeat(64) })),
    };
    const models = JSON.parse(read("inference/models.lock.json")) as ModelsLock;
    const fixed: ModelsLock = {
      assets: models.assets,
      repositories: (models.repositories ?? []).map((one) => ({ ...one, revision: "c".repeat(40) })),
    };
    const written = files.map(({ path, text }) => ({ path, text: withPins(text, pinned) }));
    expect(pinFaults({ lock: pinned, models: fixed, files: written })).toEqual([]);
    const open =
      own.images.filter((one) => one.digest === null).length +
      own.downloads.filter((one) => one.sha256 === null).length +
      (models.repositories ?? []).filter((one) => one.revision === null).length;
    expect(pinFaults({ lock: own, models, files })).toHaveLength(open);
    expect(pinFaults({ lock: pinned, models: fixed, files })).not.toEqual([]);
  });
});

describe("a release is refused, and all of it told", () => {
  const lock: ImagesLock = {
    images: [{ image: "node", tag: "24", digest, licence: "MIT", why }],
    downloads: [],
  };
  const models: ModelsLock = {
    assets: [
      { name: "detector", kind: "weights", sha256: "a" },
      { name: "photo", kind: "sample", sha256: null },
    ],
    repositories: [{ name: "eyes", revision: "c" }],
  };
  const good = [{ path: "Dockerfile", text: `ARG NODE_IMAGE=node:24@${digest}\nFROM \${NODE_IMAGE}\n` }];

  it("for nothing, where there is nothing", () => {
    expect(pinFaults({ lock, models, files: good })).toEqual([]);
  });

  it.each<[string, Partial<Parameters<typeof pinFaults>[0]>, readonly string[]]>([
    [
      "for what has no digest, checksum or revision",
      {
        lock: {
          images: [{ ...lock.images[0]!, digest: null }],
          downloads: [
            { name: "ort", url: "https://x", sha256: null, argument: "ORT_SHA256", licence: "MIT", why },
          ],
        },
        models: {
          assets: [{ name: "detector", kind: "weights", sha256: null }],
          repositories: [{ name: "eyes", revision: null }],
        },
        files: [{ path: "Dockerfile", text: "ARG NODE_IMAGE=node:24\nARG ORT_SHA256=\n" }],
      },
      ["node:24: no digest", "ort: no sha256", "detector: no sha256", "eyes: no revision, so no checksums"],
    ],
    [
      "for an image that the lock does not name",
      { files: [...good, { path: "docker-compose.gpu.yml", text: "    image: redis:7\n" }] },
      ["docker-compose.gpu.yml: names redis:7, which images.lock.json does not"],
    ],
    [
      "for a tag without the lock's digest",
      { files: [{ path: "Dockerfile", text: "FROM node:24\n" }] },
      ["Dockerfile: names an image or a checksum otherwise than images.lock.json"],
    ],
    [
      "for another digest than the lock's",
      { files: [{ path: "Dockerfile", text: `FROM node:24@sha256:${"b".repeat(64)}\n` }] },
      ["Dockerfile: names an image or a checksum otherwise than images.lock.json"],
    ],
    [
      "for an image that nothing uses",
      { files: [] },
      ["images.lock.json: names node:24, which no file does"],
    ],
  ])("%s", (_what, change, faults) => {
    expect(pinFaults({ lock, models, files: good, ...change })).toEqual(faults);
  });
});

it.each([
  ["latest", { image: "node", tag: "latest" }, /latest is no version/],
  ["a digest that is none", { image: "node", tag: "24", digest: "sha256:abc" }, /digest/],
  ["no reason", { image: "node", tag: "24", why: "" }, /why/],
  ["an unknown key", { image: "node", tag: "24", size: 1 }, /size/],
])("the lock refuses %s", (_what, change, message) => {
  const image = { digest: null, licence: "MIT", why, ...change };
  expect(() => parseImagesLock(JSON.stringify({ images: [image], downloads: [] }))).toThrow(message);
});
