import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningGate, startGate } from "../../inference/gate/start.ts";
import { readLock } from "../../orchestrator/assets/lock.ts";
import { readConfig } from "../../orchestrator/config/read-config.ts";
import { type ChildService, startService } from "../child.ts";

/** What the manifest says of a photo: a person, none, hands or feet only, or nobody can tell. */
export type Label = "yes" | "no" | "hands" | "ambig";

/** A photo that was labelled by eye. */
export interface LabelledPhoto {
  readonly file: string;
  readonly path: string;
  readonly label: Label;
}

export const PROJECT_DIR = fileURLToPath(new URL("../..", import.meta.url));

/** The labelled photos and their detector: `person-gate` in ASSETS_MIRROR, or in ../shared/assets. */
export function photoDir(): string {
  return join(readConfig(PROJECT_DIR).assetsMirror ?? join(PROJECT_DIR, "../shared/assets"), "person-gate");
}

export function modelFile(): string {
  return join(photoDir(), "yolox_nano.onnx");
}

/** @throws {Error} when the folder is absent. */
export async function readPhotos(): Promise<readonly LabelledPhoto[]> {
  const dir = photoDir();
  const [, ...lines] = (await readFile(join(dir, "manifest.csv"), "utf8")).trim().split("\n");
  return lines.map((line) => {
    const [file = "", label = ""] = line.split(",");
    return { file, path: join(dir, "images", file), label: label as Label };
  });
}

/** The hash that the lock file states for the detector. */
export async function lockedSha256(): Promise<string> {
  const lock = await readLock(join(PROJECT_DIR, "inference/models.lock.json"));
  const sha256 = lock.find(({ name }) => name === "yolox_nano")?.sha256;
  if (!sha256) throw new Error("the lock file names no yolox_nano");
  return sha256;
}

/** A gate over the locked detector, in this process, on one thread. */
export async function startLockedGate(): Promise<RunningGate> {
  const gate = await startGate({ modelFile: modelFile(), sha256: await lockedSha256(), threads: 1 });
  const state = await gate.settled;
  if (state.state !== "ready") throw new Error(`gate unready: ${state.reason}`);
  return gate;
}

/** The same in a process of its own; it listens, and may not be ready yet. */
export async function startLockedGateService(): Promise<ChildService> {
  return startService("gate", "--port", "0", "--model", modelFile(), "--sha256", await lockedSha256());
}
