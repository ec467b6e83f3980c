import { type FileHandle, open, readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { fetchAsset } from "../../../orchestrator/assets/fetch-assets.ts";
import type { Sink } from "../../../orchestrator/assets/part-file.ts";
import {
  at,
  flipped,
  good,
  inModels,
  nowhere,
  options,
  put,
  serve,
  target,
  weights,
} from "./asset-fixture.ts";
import { servesFile } from "./asset-server.ts";

/** The file with another way of writing. */
function onto(file: FileHandle, write: Sink["write"]): Sink {
  return {
    write,
    truncate: (size) => file.truncate(size),
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

describe("a disk that is full", () => {
  test.each([
    ["says so", () => Promise.reject(Object.assign(new Error("no space"), { code: "ENOSPC" }))],
    ["writes nothing", () => Promise.resolve({ bytesWritten: 0 })],
  ])("when it %s: a clear error, the space is given back, the old file stays", async (_name, fault) => {
    await put("models/detector.onnx", flipped);
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    let room = 100_000;
    const result = await fetchAsset(
      asset,
      options({
        openSink: async (path) => {
          const file = await open(path, "a");
          return onto(file, (chunk) => {
            room -= chunk.length;
            return room < 0 ? fault() : file.write(chunk);
          });
        },
      }),
    );
    expect(result).toMatchObject({ state: "failed", message: expect.stringContaining("the disk is full") });
    expect(await inModels()).toEqual(["detector.onnx"]);
    expect(await readFile(target())).toEqual(flipped);
  });

  test("short writes are completed", async () => {
    const server = await serve(servesFile(good));
    const asset = weights(server.url);
    const result = await fetchAsset(
      asset,
      options({
        openSink: async (path) => {
          const file = await open(path, "a");
          return onto(file, (chunk) => file.write(chunk.subarray(0, 7000)));
        },
      }),
    );
    expect(result).toMatchObject({ state: "fetched" });
  });
});

test("a folder that cannot be made is named", async () => {
  await writeFile(at("models"), "a file where the folder should be");
  const result = await fetchAsset(weights(await nowhere()), options());
  expect(result).toMatchObject({
    state: "failed",
    message: expect.stringMatching(/cannot write .*detector\.onnx \(E/),
  });
});
