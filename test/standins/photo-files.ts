import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { type RunningGate, startGate } from "../../inference/gate/start.ts";
import { busyPicture } from "../orchestrator/vision/pictures.ts";
import { sha256Of } from "./sha256.ts";

/** The tiny detector of our own, which takes magenta for a person. */
export const STUB = fileURLToPath(new URL("../fixtures/yolox-stub.onnx", import.meta.url));
export const STUB_SHA256 = sha256Of(readFileSync(STUB));

/** A gate with the tiny detector, in this process, once it is ready. */
export async function startStubGate(): Promise<RunningGate> {
  const gate = await startGate({ modelFile: STUB, sha256: STUB_SHA256 });
  const state = await gate.settled;
  if (state.state !== "ready") throw new Error(`the stub gate is not ready: ${state.reason}`);
  return gate;
}

/**
 * A JPEG with one person for the tiny detector: magenta over one cell of its finest grid, at a quarter
 * of the width, so that the long side is to be 640.
 */
export async function personPicture(width = 640, height = 384, seed = 1): Promise<Buffer> {
  const figure = { width: 10, height: 10, channels: 3, background: "#ff00ff" } as const;
  const input = await sharp({ create: figure }).png().toBuffer();
  const toCell = (pixels: number): number => Math.floor(pixels / 8) * 8 - 1;
  return busyPicture(width, height, seed)
    .composite([{ input, left: toCell(width / 4), top: toCell(height / 2) }])
    .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

/** A JPEG without a person. */
export function clearPicture(width = 640, height = 384, seed = 1): Promise<Buffer> {
  return busyPicture(width, height, seed).jpeg({ quality: 95 }).toBuffer();
}

/** A folder of its own for a test's files. */
export interface TestFolder {
  readonly path: string;
  /** Writes a file and gives its path. */
  put(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "sightline-"));
  return {
    path,
    put(name, content) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
