import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { fetchAsset } from "../../../orchestrator/assets/fetch-assets.ts";
import {
  flipped,
  good,
  inModels,
  options,
  pin,
  put,
  serve,
  sha256,
  target,
  weights,
} from "./asset-fixture.ts";
import { type Answer, breaksAfter, servesFile } from "./asset-server.ts";

describe("from the source", () => {
  test("a file is fetched, checked and put under its name, with progress", async () => {
    const seen: number[] = [];
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    const result = await fetchAsset(
      asset,
      options({
        onProgress: ({ receivedBytes, totalBytes }) => seen.push(receivedBytes / (totalBytes ?? 0)),
      }),
    );
    expect(result).toMatchObject({ state: "fetched", from: "source", pinned: true, path: target() });
    expect(sha256(await readFile(target()))).toBe(pin.sha256);
    expect(await inModels()).toEqual(["detector.onnx"]);
    expect(seen.at(-1)).toBe(1);
  });

  test("a good file that is there is kept, and nothing is asked", async () => {
    await put("models/detector.onnx", good);
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "present" });
    expect(server.ranges).toEqual([]);
  });

  test("what an earlier fetch left is gone on with", async () => {
    await put("models/detector.onnx.part", good.subarray(0, 100_000));
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges).toEqual(["bytes=100000-"]);
    expect(await inModels()).toEqual(["detector.onnx"]);
  });

  test("what a killed process left is gone on with", async () => {
    await put("models/detector.onnx.999999999-0a0b0c0d.part", good.subarray(0, 5000));
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges).toEqual(["bytes=5000-"]);
    expect(await inModels()).toEqual(["detector.onnx"]);
  });

  test("a server that ignores the range starts over", async () => {
    await put("models/detector.onnx.part", randomBytes(100_000));
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": good.length }).end(good);
    });
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges).toEqual(["bytes=100000-"]);
  });

  test("a server that answers with another range starts over", async () => {
    await put("models/detector.onnx.part", good.subarray(0, 1000));
    const server = await serve((request, response, nth) => {
      if (nth > 0) return servesFile(good)(request, response, nth);
      const range = `bytes 0-${good.length - 1}/${good.length}`;
      return response.writeHead(206, { "content-range": range }).end(good);
    });
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges).toEqual(["bytes=1000-", undefined]);
  });

  test("a leftover of another file is thrown away", async () => {
    await put("models/detector.onnx.part", randomBytes(100_000));
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges).toEqual(["bytes=100000-", undefined]);
  });

  test.each([good.length, good.length + 1])("a leftover of %i bytes is thrown away", async (size) => {
    await put("models/detector.onnx.part", randomBytes(size));
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges).toEqual([undefined]);
  });

  test("a connection that breaks is taken up where it broke", async () => {
    const server = await serve(breaksAfter(good, 120_000));
    const asset = weights(server.url);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges.slice(1)).not.toContain(undefined);
    expect(sha256(await readFile(target()))).toBe(pin.sha256);
  });

  test("a server that hangs is given up, and what came is kept for the next fetch", async () => {
    const server = await serve((request, response, nth) => {
      if (nth > 1) return servesFile(good)(request, response, nth);
      if (nth === 1) return undefined;
      response.writeHead(200, { "content-length": good.length });
      return response.write(good.subarray(0, 70_000));
    });
    const asset = weights(server.url);
    const failed = await fetchAsset(asset, options({ idleMs: 60 }));
    expect(failed).toMatchObject({ state: "failed", message: expect.stringContaining("no answer in time") });
    expect(await inModels()).toEqual(["detector.onnx.part"]);
    expect(await fetchAsset(asset, options())).toMatchObject({ state: "fetched" });
    expect(server.ranges).toEqual([undefined, "bytes=70000-", "bytes=70000-"]);
  });

  test("a server that is overloaded does not cost what came before", async () => {
    await put("models/detector.onnx.part", good.subarray(0, 70_000));
    const server = await serve((_request, response) => response.writeHead(503).end());
    const failed = await fetchAsset(weights(server.url), options());
    expect(failed).toMatchObject({ state: "failed", message: expect.stringContaining("answered 503") });
    expect(await inModels()).toEqual(["detector.onnx.part"]);
  });

  test.each([
    ["one byte flipped", servesFile(flipped), /has sha256 [0-9a-f]{64}, expected/],
    ["one byte short", servesFile(good.subarray(1)), /offers 299999 bytes, expected 300000/],
    ["one byte long", servesFile(Buffer.concat([good, Buffer.alloc(1)])), /offers 300001 bytes/],
    ["a page that says not found", (_q, response) => response.writeHead(404).end("no"), /answered 404/],
    [
      "endless, of no stated size",
      (_q, response) => {
        response.writeHead(200);
        for (let sent = 0; sent < 400_000; sent += 100_000) response.write(randomBytes(100_000));
      },
      /sends more than 300000 bytes/,
    ],
  ] satisfies [string, Answer, RegExp][])(
    "%s is refused, nothing is left, and a file that was there stays",
    async (_name, answer, reason) => {
      const before = Buffer.from("an older file");
      await put("models/detector.onnx", before);
      const server = await serve(answer);
      const result = await fetchAsset(weights(server.url), options());
      expect(result).toMatchObject({ state: "failed", message: expect.stringMatching(reason) });
      expect(await inModels()).toEqual(["detector.onnx"]);
      expect(await readFile(target())).toEqual(before);
    },
  );

  test("with no network the explanation names the file, where it is from and how to put it there", async () => {
    const result = await fetchAsset(weights("http://host.invalid/detector.onnx"), options());
    expect(result.state).toBe("failed");
    const message = result.state === "failed" ? result.message : "";
    expect(message).not.toContain("\n");
    for (const part of [
      "detector.onnx is missing",
      "no network",
      "http://host.invalid/detector.onnx",
      pin.sha256,
      "models/detector.onnx",
      "ASSETS_MIRROR",
    ])
      expect(message).toContain(part);
  });

  test("stopping keeps what came", async () => {
    const stop = new AbortController();
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": good.length }).write(good.subarray(0, 50_000));
    });
    const fetching = fetchAsset(
      weights(server.url),
      options({
        signal: stop.signal,
        onProgress: () => {
          stop.abort(new Error("stopped"));
        },
      }),
    );
    await expect(fetching).rejects.toThrow("stopped");
    expect(await inModels()).toEqual(["detector.onnx.part"]);
  });
});
