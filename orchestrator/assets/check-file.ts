import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Asset, Pin } from "./lock.ts";

/** `unpinned`: it is there, and no checksum is known that it could be held against. */
export type FileState =
  | { readonly state: "ok" | "missing" | "unpinned" }
  | { readonly state: "wrong"; readonly why: string };

export interface AssetDirs {
  readonly weights: string;
  readonly samples: string;
}

/** Where the project keeps an asset. */
export function assetPath(asset: Pick<Asset, "kind" | "file">, dirs: AssetDirs): string {
  return join(asset.kind === "weights" ? dirs.weights : dirs.samples, asset.file);
}

/** Whether the project's copy is one of those that the lock file allows. */
export async function checkAsset(asset: Asset, dirs: AssetDirs): Promise<FileState> {
  const path = assetPath(asset, dirs);
  const states = await Promise.all([checkFile(path, asset), checkFile(path, asset.mirror)]);
  const best = (["ok", "missing", "unpinned"] as const).find((state) =>
    states.some((found) => found.state === state),
  );
  return best === undefined ? states[0] : { state: best };
}

/** Holds a file against its pin: size first, then sha256. */
export async function checkFile(path: string, pin: Pin): Promise<FileState> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { state: "wrong", why: "is not a file" };
    if (pin.bytes !== null && found.size !== pin.bytes)
      return { state: "wrong", why: `has ${found.size} bytes, expected ${pin.bytes}` };
    if (pin.sha256 === null) return { state: "unpinned" };
    const sha256 = await hashFile(path);
    return sha256 === pin.sha256
      ? { state: "ok" }
      : { state: "wrong", why: `has sha256 ${sha256}, expected ${pin.sha256}` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown fault";
    return code === "ENOENT" || code === "ENOTDIR"
      ? { state: "missing" }
      : { state: "wrong", why: `cannot be read (${code})` };
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
