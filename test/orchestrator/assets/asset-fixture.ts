import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { FetchOptions } from "../../../orchestrator/assets/fetch-assets.ts";
import type { Asset } from "../../../orchestrator/assets/lock.ts";
import { type Answer, type AssetServer, startAssetServer } from "./asset-server.ts";

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The file that the lock asks for. */
export const good = randomBytes(300_000);
export const flipped = Buffer.from(good);
flipped[150_000] = good.readUInt8(150_000) ^ 1;

export const pin = { bytes: good.length, sha256: sha256(good) };

let folder = "";
let servers: AssetServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-assets-"));
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
  await rm(folder, { recursive: true, force: true });
});

/** A path in this test's own folder. */
export const at = (path: string): string => join(folder, path);

export const target = (): string => at("models/detector.onnx");

export const inModels = async (): Promise<string[]> => (await readdir(at("models"))).sort();

export async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), bytes);
}

/** A server that is closed when the test ends. */
export async function serve(answer: Answer): Promise<AssetServer> {
  const server = await startAssetServer(answer);
  servers.push(server);
  return server;
}

/** An address where nobody listens. */
export async function nowhere(): Promise<string> {
  const server = await startAssetServer(() => undefined);
  await server.close();
  return server.url;
}

export function weights(url: string, changes: Partial<Asset> = {}): Asset {
  return {
    name: "detector",
    kind: "weights",
    file: "detector.onnx",
    use: "the detector",
    licence: "Apache-2.0",
    url,
    revision: "r1",
    ...pin,
    mirror: { path: "gate/detector.onnx", ...pin },
    ...changes,
  };
}

export function options(changes: Partial<FetchOptions> = {}): FetchOptions {
  return {
    dirs: { weights: at("models"), samples: at("samples") },
    mirror: undefined,
    allowUnpinned: false,
    signal: new AbortController().signal,
    idleMs: 2000,
    ...changes,
  };
}
