import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPinned, readRepositories } from "../../../orchestrator/assets/repositories.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";

const repositories = await readRepositories(join(PROJECT_DIR, "inference/models.lock.json"));
const [first] = repositories;
const pinned = {
  ...first,
  revision: "a".repeat(40),
  files: [{ path: "sub/model-00001-of-00002.safetensors", bytes: 1, sha256: "b".repeat(64) }],
};

test("the project's lock file names the vision models", () => {
  const names = new Set(repositories.map(({ name }) => name));
  const wanted = ["Qwen2-VL-2B-Instruct", "Qwen2-VL-7B-Instruct", "Qwen2-VL-7B-Instruct-AWQ"];
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

describe("a lock file", () => {
  let path = "";
  beforeAll(async () => {
    path = join(await mkdtemp(join(tmpdir(), "sightline-repositories-")), "lock.json");
  });
  afterAll(() => rm(join(path, ".."), { recursive: true, force: true }));
  const read = async (...all: readonly object[]) => {
    await writeFile(path, JSON.stringify({ repositories: all }));
    return readRepositories(path);
  };

  test("is pinned once commit and files are known", async () => {
    const [known, unknown] = await read(pinned, { ...first, name: "other", revision: null, files: null });
    expect([known && isPinned(known), unknown && isPinned(unknown)]).toEqual([true, false]);
  });

  test.each([
    ["a commit without its files", { ...pinned, files: null }, /revision without its files/],
    ["a branch for a commit", { ...pinned, revision: "main" }, /revision/],
    ["a file outside of its folder", { ...pinned, files: [{ ...pinned.files[0], path: "../x" }] }, /path/],
    ["a file without a checksum", { ...pinned, files: [{ ...pinned.files[0], sha256: null }] }, /sha256/],
    ["a folder outside of the others", { ...pinned, name: ".." }, /name/],
  ])("is refused with %s", async (_what, one, reason) => {
    await expect(read(one)).rejects.toThrow(reason);
  });

  test("is refused with one name twice", async () => {
    await expect(read(pinned, pinned)).rejects.toThrow(/two repositories/);
  });
});
