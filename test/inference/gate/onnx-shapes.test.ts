import { readFileSync } from "node:fs";
import fc from "fast-check";
import { InferenceSession } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { withDynamicShapes } from "../../../inference/gate/onnx-shapes.ts";

const stub = readFileSync(new URL("../../fixtures/yolox-stub.onnx", import.meta.url));

describe("withDynamicShapes", () => {
  it("frees height, width and the number of rows, and nothing else", async () => {
    const before = await InferenceSession.create(stub);
    expect(shapes(before)).toEqual([
      [1, 3, 416, 416],
      [1, 3549, 85],
    ]);
    const after = await InferenceSession.create(withDynamicShapes(stub));
    expect(shapes(after)).toEqual([
      [1, 3, "height", "width"],
      [1, "anchors", 85],
    ]);
  });

  it("changes nothing the second time", () => {
    const once = withDynamicShapes(stub);
    expect(Buffer.compare(Buffer.from(withDynamicShapes(once)), Buffer.from(once))).toBe(0);
  });

  it("refuses what is no model, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => withDynamicShapes(bytes)).toThrow("not an ONNX model");
      }),
    );
  });

  it("never hangs or crashes on a model cut anywhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: stub.length - 1 }), (length) => {
        try {
          withDynamicShapes(stub.subarray(0, length));
        } catch (error) {
          expect(String(error)).toContain("not an ONNX model");
        }
      }),
    );
  });
});

function shapes(session: InferenceSession): unknown[] {
  return [...session.inputMetadata, ...session.outputMetadata].map((value) =>
    value.isTensor ? [...value.shape] : [],
  );
}
