import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildOnce } from "../../../scripts/tools/build-once.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

function builder() {
  const builds = { count: 0 };
  const build = async (draft: string): Promise<void> => {
    builds.count += 1;
    await wait(50);
    writeFileSync(join(draft, "tool"), `build ${builds.count}`);
  };
  return { builds, get: () => buildOnce("tool-1", build, folder.path) };
}

test("is built once, however many ask at the same time", async () => {
  const { builds, get } = builder();
  const folders = await Promise.all([get(), get(), get()]);
  expect(new Set(folders)).toEqual(new Set([join(folder.path, "tool-1")]));
  expect(readFileSync(join(await get(), "tool"), "utf8")).toBe("build 1");
  expect(builds.count).toBe(1);
  expect(readdirSync(folder.path)).toEqual(["tool-1"]);
});

test("a build that fails leaves nothing, and the next one tries again", async () => {
  const failing = buildOnce("tool-1", () => Promise.reject(new Error("no Go")), folder.path);
  await expect(failing).rejects.toThrow("no Go");
  expect(readdirSync(folder.path)).toEqual([]);
  const { get } = builder();
  expect(readFileSync(join(await get(), "tool"), "utf8")).toBe("build 1");
});

test("one that was killed while it built keeps nobody waiting", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  writeFileSync(join(folder.path, "tool-1.lock"), String(pid));
  const { builds, get } = builder();
  await get();
  expect(builds.count).toBe(1);
});

test("one that builds for somebody else is waited for", async () => {
  const lock = join(folder.path, "tool-1.lock");
  writeFileSync(lock, String(process.ppid));
  const { builds, get } = builder();
  const asked = get();
  await wait(300);
  expect(builds.count).toBe(0);
  writeFileSync(lock, String(spawnSync(process.execPath, ["-e", ""]).pid));
  await asked;
  expect(builds.count).toBe(1);
});
