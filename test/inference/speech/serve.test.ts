import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = join(import.meta.dirname, "../../../inference/speech/serve.py");
const run = promisify(execFile);
const MODEL = "Systran/faster-whisper-small";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-serve-"));
  mkdirSync(join(folder, "small"));
  for (const name of ["README.md", "model.bin"]) writeFileSync(join(folder, "small", name), name);
  // In place of the server: says what it was started with.
  writeFileSync(join(folder, "uvicorn"), '#!/bin/sh\necho "$@ offline=$HF_HUB_OFFLINE hub=$HF_HUB_CACHE"\n');
  chmodSync(join(folder, "uvicorn"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function serve(
  ...models: readonly string[]
): Promise<{ readonly code: number; readonly said: string }> {
  const env = { PATH: `${folder}:${process.env["PATH"]}`, HF_HUB_CACHE: join(folder, "hub") };
  try {
    return { code: 0, said: (await run("python3", [script, ...models], { env })).stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, said: stderr };
  }
}

describe("speaches on folders of weights", () => {
  test("finds them in its cache, as it would find what it had fetched", async () => {
    const started = await serve(`${MODEL}=${join(folder, "small")}`);
    const hub = join(folder, "hub");
    expect(started).toEqual({ code: 0, said: `--factory speaches.main:create_app offline=1 hub=${hub}\n` });
    const repository = join(hub, "models--Systran--faster-whisper-small");
    const revision = readFileSync(join(repository, "refs/main"), "utf8");
    expect(readdirSync(join(repository, "snapshots"))).toEqual([revision]);
    expect(readFileSync(join(repository, "snapshots", revision, "model.bin"), "utf8")).toBe("model.bin");
  });

  test("starts again on the same cache", async () => {
    await serve(`${MODEL}=${join(folder, "small")}`);
    expect((await serve(`${MODEL}=${join(folder, "small")}`, "")).code).toBe(0);
  });

  test.each([
    ["a folder without a model card, by which speaches knows what a model is", [`${MODEL}=/nowhere`], 1],
    ["no model", [], 2],
    ["a model without a folder", [MODEL], 2],
  ])("does not start with %s", async (_, models, code) => {
    expect((await serve(...models)).code).toBe(code);
  });
});
