import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkFile } from "../../../orchestrator/assets/check-file.ts";
import { readLock } from "../../../orchestrator/assets/lock.ts";

const project = join(import.meta.dirname, "../../..");
const lockFile = join(project, "inference/models.lock.json");
const mirror = process.env["ASSETS_MIRROR"] ?? join(project, "../shared/assets");
const assets = await readLock(lockFile);

describe("the project's lock file", () => {
  test("names a detector with a checksum, and sample photos with and without a person", () => {
    expect(assets.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      "weights yolox_nano",
      "sample photo-person",
      "sample photo-dog",
    ]);
    expect(assets[0]?.sha256).toBe("695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14");
  });

  test("fixes every source at a commit", () => {
    for (const { url, revision } of assets) {
      expect(revision).toMatch(/^[0-9a-f]{40}$/);
      expect(url).toContain(`/${revision}/`);
    }
  });

  const there = existsSync(join(mirror, "person-gate"));
  if (!there) console.log(`photos absent (${mirror}): the mirror is not held against the lock file`);
  test.skipIf(!there)("agrees with the mirror's copies", async () => {
    for (const asset of assets)
      expect(await checkFile(join(mirror, asset.mirror.path), asset.mirror)).toEqual({ state: "ok" });
  });
});

describe("a lock file is refused", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sightline-lock-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ["with weights that have no checksum", { sha256: null }, /weights without a sha256/],
    ["with a file outside of its folder", { file: "../detector.onnx" }, /file/],
    ["with a checksum that is none", { sha256: "695e" }, /sha256/],
    ["with a source that is not on the web", { url: "file:///etc/passwd" }, /url/],
  ])("%s", async (_name, changes, reason) => {
    const path = join(folder, "lock.json");
    await writeFile(path, JSON.stringify({ assets: [{ ...assets[0], ...changes }] }));
    await expect(readLock(path)).rejects.toThrow(reason);
  });
});
