import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AssetDirs } from "./check-file.ts";

export interface AssetPlaces {
  readonly lockFile: string;
  readonly dirs: AssetDirs;
  /** Undefined: none. */
  readonly mirror: string | undefined;
}

/** Where a checkout keeps its assets: `.samples/`, the folder of the weights, and the mirror beside it. */
export function assetPlaces(
  projectDir: string,
  config: { readonly modelsDir: string; readonly assetsMirror: string | undefined },
): AssetPlaces {
  const beside = join(projectDir, "../shared/assets");
  return {
    lockFile: join(projectDir, "inference/models.lock.json"),
    dirs: { weights: config.modelsDir, samples: join(projectDir, ".samples") },
    mirror: config.assetsMirror ?? (existsSync(beside) ? beside : undefined),
  };
}
