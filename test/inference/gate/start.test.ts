import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startGate } from "../../../inference/gate/start.ts";
import { STUB, STUB_SHA256, startStubGate, type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { sha256Of } from "../../standins/sha256.ts";
import { get, judge, room } from "./gate-requests.ts";

let folder: TestFolder;
beforeAll(() => {
  folder = testFolder();
});
afterAll(() => folder.remove());

describe("an unready gate", () => {
  it.each<[string, () => Partial<Parameters<typeof startGate>[0]>, string]>([
    ["no file", () => ({ modelFile: `${folder.path}/none.onnx` }), "model file none.onnx is missing"],
    ["a folder", () => ({ modelFile: folder.path }), "cannot be read (EISDIR)"],
    [
      "one byte flipped",
      () => ({ modelFile: folder.put("flipped.onnx", flipped(readFileSync(STUB))) }),
      "has sha256",
    ],
    [
      "a file cut short",
      () => ({ modelFile: folder.put("short.onnx", readFileSync(STUB).subarray(0, 2000)) }),
      "has sha256",
    ],
    ["an empty file", () => ofHash(folder.put("empty.onnx", Buffer.alloc(0))), "not an ONNX model"],
    ["no model", () => ofHash(folder.put("text.onnx", Buffer.from("hello, gate"))), "not an ONNX model"],
    [
      "a model that cannot be opened",
      () => ofHash(folder.put("inner.onnx", flippedName(readFileSync(STUB)))),
      "model cannot be opened",
    ],
    [
      "a provider that is not there",
      () => ({ provider: "cuda" as const }),
      "provider cuda cannot be loaded: ",
    ],
    [
      "a model that cannot be opened, on a provider that is not there",
      () => ({
        provider: "cuda" as const,
        ...ofHash(folder.put("inner.onnx", flippedName(readFileSync(STUB)))),
      }),
      "model cannot be opened",
    ],
    [
      "a model that is blind",
      () => ofHash(folder.put("blind.onnx", blinded(readFileSync(STUB)))),
      "fixed picture with a person scored",
    ],
  ])("%s: starts, says why, and calls nothing clear", async (_name, options, reason) => {
    const unready = await startGate({ modelFile: STUB, sha256: STUB_SHA256, ...options() });
    try {
      await unready.settled;
      const health = await get(unready, "/health");
      expect(health).toMatchObject({
        status: 503,
        body: { state: "unready", reason: expect.stringContaining(reason) },
      });
      const { status, body } = await judge(unready, room);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        verdict: "unknown",
        reason: "gate-unready",
        score: null,
        boxes: [],
        sha256: sha256Of(room),
      });
      expect(await (await fetch(`${unready.url}/metrics`)).text()).toMatch(/^sightline_gate_ready 0$/m);
    } finally {
      await unready.close();
    }
  });

  it("has no port: the error comes to the caller", async () => {
    const gate = await startStubGate();
    onTestFinished(() => gate.close());
    const port = Number(new URL(gate.url).port);
    await expect(startGate({ modelFile: STUB, sha256: STUB_SHA256, port })).rejects.toThrow("EADDRINUSE");
  });
});

function ofHash(modelFile: string): { readonly modelFile: string; readonly sha256: string } {
  return { modelFile, sha256: sha256Of(readFileSync(modelFile)) };
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[1500] = (copy[1500] ?? 0) ^ 1;
  return copy;
}

/** The name of an operator changed to one that does not exist. */
function flippedName(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.write("AverageFool", copy.indexOf("AveragePool"));
  return copy;
}

/** A negative tolerance instead of 90: no colour is magenta any more. */
function blinded(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const tolerance = Buffer.alloc(4);
  tolerance.writeFloatLE(90);
  copy.writeFloatLE(-1, copy.indexOf(tolerance));
  return copy;
}
