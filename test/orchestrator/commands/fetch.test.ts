import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AssetPlaces } from "../../../orchestrator/assets/where.ts";
import { fetchCommand } from "../../../orchestrator/commands/fetch.ts";
import { type Ran, runCommand, type RunOptions } from "../../standins/command.ts";
import { type AssetServer, servesFile, startAssetServer } from "../assets/asset-server.ts";

const weights = randomBytes(2000);
const REVISION = "c".repeat(40);
const photo = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(1000)]);
const pinOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

let folder: string;
let places: AssetPlaces;
let server: AssetServer;
const asked: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sightline-fetch-"));
  server = await startAssetServer((request, response, nth) => {
    asked.push(request.url ?? "");
    const isWeights = /\/weights$|\.safetensors$/.test(request.url ?? "");
    servesFile(isWeights ? weights : photo)(request, response, nth);
  });
  const base = server.url.replace("/file", "");
  const lock = {
    assets: [
      entry("detector", "weights", "detector.onnx", `${base}/weights`, pinOf(weights), pinOf(weights)),
      entry("photo", "sample", "photo.jpg", `${base}/photo`, { bytes: null, sha256: null }, pinOf(photo)),
    ],
    repositories: [
      {
        ...model("tiny-vl", base),
        revision: REVISION,
        files: [
          { path: "config.json", ...pinOf(photo) },
          { path: "sub/model.safetensors", ...pinOf(weights) },
        ],
      },
      model("unpinned-vl", base),
    ],
  };
  places = {
    lockFile: join(folder, "lock.json"),
    dirs: { weights: join(folder, "models"), samples: join(folder, "samples") },
    mirror: undefined,
  };
  writeFileSync(places.lockFile, JSON.stringify(lock));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function model(name: string, base: string) {
  const url = `${base}/org/${name}`;
  return { name, use: "a model", licence: "Apache-2.0", url, revision: null, files: null };
}

function entry(name: string, kind: string, file: string, url: string, pin: object, mirrorPin: object) {
  const mirror = { path: file, ...mirrorPin };
  return { name, kind, file, use: `the ${name}`, licence: "CC0-1.0", url, revision: "1", ...pin, mirror };
}

const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  runCommand((given, io) => fetchCommand(given, io, places), args, options);

test("what can be had is fetched; what cannot is explained in one line, exit 1", async () => {
  const ran = await run([]);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toBe("");
  const lines = ran.stderr.trim().split("\n");
  expect(lines).toEqual([
    "detector: fetching 0.0 MB from the source",
    "detector: fetched, size and sha256 as expected",
    expect.stringMatching(
      /^sightline: photo\.jpg is missing \(the photo\): .*checksum is not known.* By hand: save http/,
    ),
  ]);
  expect(readFileSync(join(folder, "models/detector.onnx"))).toEqual(weights);
  expect(existsSync(join(folder, "samples/photo.jpg"))).toBe(false);
});

test("with --allow-unpinned the photo comes too, and is said to be unchecked", async () => {
  const ran = await run(["photo", "--allow-unpinned"]);
  expect(ran).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("photo: fetched; its checksum is not known"),
  });
  expect(existsSync(join(folder, "models/detector.onnx"))).toBe(false);
});

test("the mirror serves both, and a second fetch finds them there", async () => {
  places = { ...places, mirror: join(folder, "mirror") };
  mkdirSync(join(folder, "mirror"));
  writeFileSync(join(folder, "mirror/detector.onnx"), weights);
  writeFileSync(join(folder, "mirror/photo.jpg"), photo);
  expect((await run([])).code).toBe(0);
  expect(await run([])).toEqual({ code: 0, stdout: "", stderr: "already there: detector, photo\n" });
  expect(server.ranges).toEqual([]);
});

test("a vision model comes when it is named, each file of its commit into the folder of its name", async () => {
  asked.length = 0;
  const ran = await run(["tiny-vl"]);
  expect(ran).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("tiny-vl/sub/model.safetensors: fetched, size and sha256 as expected"),
  });
  expect(asked).toEqual([
    `/org/tiny-vl/resolve/${REVISION}/config.json`,
    `/org/tiny-vl/resolve/${REVISION}/sub/model.safetensors`,
  ]);
  expect(readFileSync(join(folder, "models/tiny-vl/config.json"))).toEqual(photo);
  expect(readFileSync(join(folder, "models/tiny-vl/sub/model.safetensors"))).toEqual(weights);
  expect(await run(["tiny-vl"])).toMatchObject({
    code: 0,
    stderr: "already there: tiny-vl/config.json, tiny-vl/sub/model.safetensors\n",
  });
});

test("a vision model whose commit is not known is refused, and the name is told", async () => {
  expect(await run(["unpinned-vl"])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/unpinned-vl is not pinned: .*make pin/),
  });
});

test("a name that is not in the lock file is a usage fault that names those that are", async () => {
  expect(await run(["yolo"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('got "yolo"; expected any of detector, photo, tiny-vl, unpinned-vl'),
  });
});

test("a lock file that cannot be used is named", async () => {
  writeFileSync(places.lockFile, "{");
  expect(await run([])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/lock\.json: .*; expected a lock file/),
  });
});

test("Ctrl-C ends it with one line", async () => {
  const stop = new AbortController();
  stop.abort(new Error("shutdown"));
  const ran = await run(["detector"], { signal: stop.signal });
  expect(ran).toMatchObject({ code: 130, stderr: expect.stringMatching(/^sightline: stopped; .*\n$/) });
  expect(existsSync(join(folder, "models/detector.onnx"))).toBe(false);
});
