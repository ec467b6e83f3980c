import { join } from "node:path";
import { readLock } from "./lock.ts";

const DETECTOR = "yolox_nano";

/** The person gate's weights: where they lie, and what they must hash to. */
export interface DetectorWeights {
  readonly file: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** @throws {Error} when the lock file does not name the detector. */
export async function detectorWeights(projectDir: string, modelsDir: string): Promise<DetectorWeights> {
  const lock = await readLock(join(projectDir, "inference/models.lock.json"));
  const asset = lock.find(({ name }) => name === DETECTOR);
  if (!asset?.sha256) throw new Error(`the lock file names no ${DETECTOR}`);
  return { file: join(modelsDir, asset.file), sha256: asset.sha256 };
}
