import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pinAll } from "../../../scripts/pin/pin-all.ts";
import { digestOf, type Registry, startRegistry } from "./registry.ts";

const NODE = '{"manifests":["node"]}';
const LIVEKIT = '{"manifests":["livekit"]}';
const MOVED = "sha256:".padEnd(71, "1");
const COMMIT = "c".repeat(40);
const why = "because the test says so";
let root: string;
let registry: Registry;
let hub: Server;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "pin-"));
  registry = await startRegistry({ "library/node:24-slim": NODE, "livekit/livekit-server:v1": LIVEKIT });
  hub = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://hub");
    const files: Readonly<Record<string, unknown>> = {
      "/api/models/acme/eyes": { sha: COMMIT },
      [`/api/models/acme/eyes/tree/${COMMIT}`]: [
        { type: "directory", path: "sub", size: 0 },
        { type: "file", path: ".gitattributes", size: 3 },
        { type: "file", path: "config.json", size: 2 },
        {
          type: "file",
          path: "model.safetensors",
          size: 130,
          lfs: { oid: "a".repeat(64), size: 4_000_000_000 },
        },
      ],
      [`/acme/eyes/resolve/${COMMIT}/config.json`]: {},
      "/provider.nupkg": "provider",
    };
    const found = files[pathname];
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found));
  });
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  const real = fetch;
  // The lock names https addresses alone: they are answered by the stand-in.
  vi.stubGlobal("fetch", (url: string, init?: RequestInit) =>
    real(url.replace("https://hub.example", `http://127.0.0.1:${(hub.address() as AddressInfo).port}`), init),
  );
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await registry.close();
  await new Promise((resolve) => hub.close(resolve));
  rmSync(root, { recursive: true });
});

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
}

function checkout(digests: { readonly node: string | null; readonly livekit: string | null }): void {
  write("images.lock.json", {
    images: [
      { image: "node", tag: "24-slim", digest: digests.node, licence: "MIT", why },
      { image: "livekit/livekit-server", tag: "v1", digest: digests.livekit, licence: "Apache-2.0", why },
    ],
    downloads: [
      {
        name: "provider",
        url: "https://hub.example/provider.nupkg",
        sha256: null,
        argument: "PROVIDER_SHA256",
        licence: "MIT",
        why,
      },
    ],
  });
  write("inference/models.lock.json", {
    assets: [{ name: "detector" }],
    repositories: [{ name: "eyes", url: "https://hub.example/acme/eyes", revision: null, files: null }],
  });
  write("Dockerfile", "ARG NODE_IMAGE=node:24-slim\nARG PROVIDER_SHA256=\nFROM ${NODE_IMAGE}\n");
  write(
    "docker-compose.gpu.yml",
    "    image: livekit/livekit-server:v1\n    image: livekit/livekit-server:v1-other\n",
  );
  write(
    "k8s/chart/values.yaml",
    'x:\n  repository: livekit/livekit-server\n  # why\n  tag: v1\n  digest: ""\n',
  );
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");

function pin(update = false): Promise<readonly string[]> {
  return pinAll({ root, update, registries: { "docker.io": registry.url }, tell: () => {} });
}

it("fills the lock files, and every file that names what they hold", async () => {
  checkout({ node: null, livekit: null });
  expect(await pin()).toEqual([]);
  const provider = createHash("sha256").update('"provider"').digest("hex");
  expect(JSON.parse(read("images.lock.json"))).toMatchObject({
    images: [{ digest: digestOf(NODE) }, { digest: digestOf(LIVEKIT) }],
    downloads: [{ sha256: provider }],
  });
  expect(read("Dockerfile")).toBe(
    `ARG NODE_IMAGE=node:24-slim@${digestOf(NODE)}\nARG PROVIDER_SHA256=${provider}\nFROM \${NODE_IMAGE}\n`,
  );
  expect(read("docker-compose.gpu.yml")).toBe(
    `    image: livekit/livekit-server:v1@${digestOf(LIVEKIT)}\n    image: livekit/livekit-server:v1-other\n`,
  );
  expect(read("k8s/chart/values.yaml")).toContain(`  tag: v1\n  digest: ${digestOf(LIVEKIT)}\n`);
  expect(JSON.parse(read("inference/models.lock.json"))).toEqual({
    assets: [{ name: "detector" }],
    repositories: [
      {
        name: "eyes",
        url: "https://hub.example/acme/eyes",
        revision: COMMIT,
        files: [
          { path: "config.json", bytes: 2, sha256: createHash("sha256").update("{}").digest("hex") },
          { path: "model.safetensors", bytes: 4_000_000_000, sha256: "a".repeat(64) },
        ],
      },
    ],
  });
});

it("twice is the same as once", async () => {
  checkout({ node: null, livekit: null });
  await pin();
  const before = ["images.lock.json", "Dockerfile", "docker-compose.gpu.yml"].map(read);
  expect(await pin()).toEqual([]);
  expect(["images.lock.json", "Dockerfile", "docker-compose.gpu.yml"].map(read)).toEqual(before);
});

it("a tag that moved is told, and taken only when asked for", async () => {
  checkout({ node: MOVED, livekit: null });
  expect(await pin()).toEqual([
    "node:24-slim: is no longer what is pinned; UPDATE=1 takes what is there now",
  ]);
  expect(read("Dockerfile")).toContain(`node:24-slim@${MOVED}\n`);
  expect(await pin(true)).toEqual([]);
  expect(read("Dockerfile")).toContain(`node:24-slim@${digestOf(NODE)}\n`);
});

it("what cannot be looked up stays as it is, and the rest is written", async () => {
  checkout({ node: null, livekit: null });
  write("images.lock.json", read("images.lock.json").replace("24-slim", "23-slim"));
  hub.removeAllListeners("request").on("request", (_request, response) => response.writeHead(500).end());
  expect(await pin()).toEqual([
    "node:23-slim: the registry answers 404",
    "provider: hub.example answers 500",
    "eyes: hub.example answers 500",
  ]);
  expect(JSON.parse(read("images.lock.json"))).toMatchObject({
    images: [{ digest: null }, { digest: digestOf(LIVEKIT) }],
  });
  expect(JSON.parse(read("inference/models.lock.json"))).toMatchObject({
    repositories: [{ revision: null }],
  });
});
