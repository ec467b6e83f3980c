import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { fetchAsset, type FetchOptions } from "../../../orchestrator/assets/fetch-assets.ts";
import type { Asset } from "../../../orchestrator/assets/lock.ts";
import {
  at,
  flipped,
  good,
  inModels,
  nowhere,
  options,
  pin,
  put,
  serve,
  sha256,
  target,
  weights,
} from "./asset-fixture.ts";
import { servesFile } from "./asset-server.ts";

const unknown = { bytes: null, sha256: null };

test("two fetches at once leave one good file", async () => {
  await put("models/detector.onnx.part", good.subarray(0, 1000));
  const server = await serve(servesFile(good));
  const asset = weights(server.url);
  const results = await Promise.all(Array.from({ length: 4 }, () => fetchAsset(asset, options())));
  expect(results.every(({ state }) => state === "fetched" || state === "present")).toBe(true);
  expect(await inModels()).toEqual(["detector.onnx"]);
  expect(sha256(await readFile(target()))).toBe(pin.sha256);
});

describe("from the mirror", () => {
  const mirrored = (): FetchOptions => options({ mirror: at("mirror") });

  test("comes first", async () => {
    await put("mirror/gate/detector.onnx", good);
    expect(await fetchAsset(weights(await nowhere()), mirrored())).toMatchObject({
      state: "fetched",
      from: "mirror",
    });
    expect(await inModels()).toEqual(["detector.onnx"]);
  });

  test("a wrong copy is refused and the source is asked; the leftover of a download is used", async () => {
    await put("mirror/gate/detector.onnx", flipped);
    await put("models/detector.onnx.part", good.subarray(0, 1000));
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    expect(await fetchAsset(asset, mirrored())).toMatchObject({ state: "fetched", from: "source" });
    expect(server.ranges).toEqual(["bytes=1000-"]);
  });

  test.each([
    ["missing", /mirror\/gate\/detector.onnx: no such file/],
    ["wrong", /mirror\/gate\/detector.onnx: has sha256/],
    ["a folder", /mirror\/gate\/detector.onnx: failed \(EISDIR\)/],
  ])("a copy that is %s is named when the source fails too", async (kind, reason) => {
    if (kind === "wrong") await put("mirror/gate/detector.onnx", flipped);
    if (kind === "a folder") await mkdir(at("mirror/gate/detector.onnx"), { recursive: true });
    const result = await fetchAsset(weights(await nowhere()), mirrored());
    expect(result).toMatchObject({ state: "failed", message: expect.stringMatching(reason) });
    expect(result).toMatchObject({ message: expect.stringContaining("failed (ECONNREFUSED)") });
    expect(await inModels()).toEqual([]);
  });
});

describe("a sample picture whose source has no known checksum", () => {
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(500)]);
  const sample = (url: string): Asset =>
    weights(url, {
      kind: "sample",
      file: "photo.jpg",
      ...unknown,
      mirror: { path: "photo.jpg", bytes: jpeg.length, sha256: sha256(jpeg) },
    });

  test("is refused, with the reason", async () => {
    const server = await serve(servesFile(jpeg));
    const asset = sample(server.url);
    const result = await fetchAsset(asset, options());
    expect(result).toMatchObject({
      state: "failed",
      message: expect.stringMatching(/checksum is not known \(--allow-unpinned/),
    });
    expect(server.ranges).toEqual([]);
  });

  test("is taken when the user says so, and then counts as present", async () => {
    const server = await serve(servesFile(jpeg));
    const asset = sample(server.url);
    const allowed = options({ allowUnpinned: true });
    expect(await fetchAsset(asset, allowed)).toMatchObject({
      state: "fetched",
      from: "source",
      pinned: false,
    });
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "present" });
  });

  test("is refused all the same when it is no JPEG", async () => {
    const server = await serve(servesFile(Buffer.from("<html>please log in</html>")));
    const asset = sample(server.url);
    const result = await fetchAsset(asset, options({ allowUnpinned: true }));
    expect(result).toMatchObject({ state: "failed", message: expect.stringContaining("is not a JPEG") });
    expect(await readdir(at("samples"))).toEqual([]);
  });

  test("weights without a checksum are refused even then", async () => {
    const server = await serve(servesFile(good));
    const result = await fetchAsset(weights(server.url, unknown), options({ allowUnpinned: true }));
    expect(result).toMatchObject({
      state: "failed",
      message: expect.stringContaining("checksum is not known. By hand"),
    });
    expect(server.ranges).toEqual([]);
  });
});
