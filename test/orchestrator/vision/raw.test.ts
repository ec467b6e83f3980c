import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { frameFromRaw, type RawFrame } from "../../../orchestrator/vision/raw.ts";
import { colourAt, faultOf, rawFrame } from "./pictures.ts";

/** Blue, with a red top left quarter, in either format. */
function marked(format: RawFrame["format"], width: number, height: number): Uint8Array {
  const isRed = (x: number, y: number): boolean => x < width / 2 && y < height / 2;
  if (format === "RGBA") {
    const data = new Uint8Array(width * height * 4).fill(9);
    for (let pixel = 0; pixel < width * height; pixel++) {
      data.set(isRed(pixel % width, Math.floor(pixel / width)) ? [255, 0, 0] : [0, 0, 255], pixel * 4);
    }
    return data;
  }
  const [halfWidth, halfHeight] = [width / 2, height / 2];
  const luma = Array.from({ length: width * height }, (_, at) =>
    isRed(at % width, Math.floor(at / width)) ? 81 : 41,
  );
  const plane = (red: number, blue: number): number[] =>
    Array.from({ length: halfWidth * halfHeight }, (_, at) =>
      isRed((at % halfWidth) * 2, Math.floor(at / halfWidth) * 2) ? red : blue,
    );
  return Uint8Array.from([...luma, ...plane(90, 240), ...plane(240, 110)]);
}

describe("frameFromRaw", () => {
  const corners = { 0: [0.2, 0.2], 90: [0.8, 0.2], 180: [0.8, 0.8], 270: [0.2, 0.8] } as const;
  const cases = (["I420", "RGBA"] as const).flatMap((format) =>
    ([0, 90, 180, 270] as const).map((rotation) => [format, rotation] as const),
  );

  it.each(cases)("%s turned by %i° is upright, at both sizes", async (format, rotation) => {
    const [width, height] = [1280, 720];
    const raw = {
      data: marked(format, width, height),
      format,
      width,
      height,
      rotation,
      capturedAtMs: 5,
      source: "camera",
    } as const;
    const frame = await frameFromRaw(raw);
    const turned = rotation === 90 || rotation === 270;
    expect(frame).toMatchObject({
      source: "camera",
      capturedAtMs: 5,
      width: turned ? 720 : 1280,
      height: turned ? 1280 : 720,
    });
    const detailed = await frame.detailed();
    expect(frame.gated).toMatchObject(turned ? { width: 360, height: 640 } : { width: 640, height: 360 });
    expect(detailed).toMatchObject(turned ? { width: 560, height: 1008 } : { width: 1008, height: 560 });
    for (const { bytes } of [frame.gated, detailed]) {
      const other = corners[((rotation + 180) % 360) as 0];
      const [[red, , notBlue], [notRed, , blue]] = (await Promise.all([
        colourAt(bytes, corners[rotation]),
        colourAt(bytes, other),
      ])) as [number[], number[]];
      expect([red! > 230, notBlue! < 25, notRed! < 25, blue! > 230]).toEqual([true, true, true, true]);
    }
  });

  it("a screen of four times the size does not hold up the calls of its process four times as long", async () => {
    const holdsUpMs = async (width: number, height: number): Promise<number> => {
      const data = new Uint8Array((width * height * 3) / 2).fill(100);
      const raw = {
        data,
        format: "I420",
        width,
        height,
        rotation: 0,
        capturedAtMs: 0,
        source: "screen",
      } as const;
      let least = Infinity;
      for (let round = 0; round < 5; round++) {
        const startedAtMs = performance.now();
        const making = frameFromRaw(raw);
        least = Math.min(least, performance.now() - startedAtMs);
        expect(await making).toMatchObject({ width, height });
      }
      return least;
    };
    expect(await holdsUpMs(3840, 2160)).toBeLessThan(3 * (await holdsUpMs(1920, 1080)));
  });

  it("copies: the sender may reuse its buffer at once", async () => {
    for (const format of ["I420", "RGBA"] as const) {
      const data = marked(format, 64, 48);
      const making = frameFromRaw({
        data,
        format,
        width: 64,
        height: 48,
        rotation: 0,
        capturedAtMs: 0,
        source: "screen",
      });
      data.fill(128);
      const frame = await making;
      expect((await colourAt(frame.gated.bytes, [0.2, 0.2]))[0]).toBeGreaterThan(230);
      expect((await colourAt((await frame.detailed()).bytes, [0.2, 0.2]))[0]).toBeGreaterThan(230);
    }
  });

  it("frames of many calls at once never show each other's pictures", async () => {
    const frames = await Promise.all(
      Array.from({ length: 40 }, (_, call) =>
        frameFromRaw(rawFrame({ luma: 20 + call * 5, capturedAtMs: call })),
      ),
    );
    for (const [call, frame] of frames.entries()) {
      const { data } = await sharp(frame.gated.bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
      const expected = Math.min(255, 1.164 * (20 + call * 5 - 16));
      expect(Math.abs(data[0]! - expected)).toBeLessThanOrEqual(2);
    }
  });

  it.each([
    [{ width: 0 }, /0×48/],
    [{ width: 63 }, /expected 4560 bytes for I420 at 63×48/],
    [{ data: new Uint8Array(9) }, /9 bytes/],
    [{ format: "RGBA" as const }, /expected 12288 bytes for RGBA/],
    [{ width: 1.5 }, /1\.5×48/],
    [{ width: 1e9 }, /8K/],
  ])("refuses %o", async (change, message) => {
    expect(await faultOf(frameFromRaw({ ...rawFrame(), ...change }))).toMatch(message);
  });
});
