import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { detectorWeights } from "../../../orchestrator/assets/detector.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("the locked detector lies in the models' folder under its own name and checksum", async () => {
  const weights = await detectorWeights(PROJECT_DIR, "/models");
  expect(weights.file).toBe("/models/yolox_nano.onnx");
  expect(weights.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("a lock file without a detector is named", async () => {
  await mkdir(join(folder, "inference"));
  await writeFile(join(folder, "inference/models.lock.json"), '{"assets":[]}');
  await expect(detectorWeights(folder, "/models")).rejects.toThrow("the lock file names no yolox_nano");
});
