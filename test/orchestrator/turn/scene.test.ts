import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { isSameScene, SCENE_COLUMNS, SCENE_ROWS, sceneOf } from "../../../orchestrator/turn/scene.ts";
import { frameFromRaw } from "../../../orchestrator/vision/raw.ts";
import { busyPicture } from "../vision/pictures.ts";
import { frameOf } from "../../standins/turn.ts";

const SIZE = { width: 640, height: 480 };

async function frameOfPicture(picture: Buffer) {
  const data = await sharp(picture).removeAlpha().ensureAlpha().raw().toBuffer();
  return frameFromRaw({ data, format: "RGBA", ...SIZE, rotation: 0, capturedAtMs: 0, source: "camera" });
}

async function noisy(picture: Buffer, sigma: number, quality: number): Promise<Buffer> {
  const noise = await sharp({
    create: { ...SIZE, channels: 3, background: "#000", noise: { type: "gaussian", mean: 128, sigma } },
  })
    .png()
    .toBuffer();
  const mixed = await sharp(picture)
    .composite([{ input: noise, blend: "soft-light" }])
    .png()
    .toBuffer();
  return sharp(mixed).jpeg({ quality }).toBuffer();
}

async function withFigure(picture: Buffer, width: number, height: number): Promise<Buffer> {
  const create = { width, height, channels: 3, background: "#402020" } as const;
  const input = await sharp({ create }).png().toBuffer();
  return sharp(picture)
    .composite([{ input, left: 300, top: 200 }])
    .png()
    .toBuffer();
}

test("a scene is the mean brightness of the cells of a grid", () => {
  const luma = new Uint8Array(64 * 48).map((_, at) => (at % 64 < 32 ? 40 : 200));
  const scene = sceneOf(luma, 64, 48);
  expect(scene).toHaveLength(SCENE_COLUMNS * SCENE_ROWS);
  expect(scene[0]).toBe(40);
  expect(scene[SCENE_COLUMNS - 1]).toBe(200);
});

test("a picture smaller than the grid has a scene too", () => {
  expect(sceneOf(new Uint8Array([7, 9]), 2, 1)).toContain(9);
});

describe("two frames show the same", async () => {
  const picture = await busyPicture(SIZE.width, SIZE.height, 3).png().toBuffer();
  const still = await noisy(picture, 12, 80);

  test("from a still camera, with the noise of a sensor and of compression", async () => {
    const [one, other] = await Promise.all([still, await noisy(picture, 12, 50)].map(frameOfPicture));
    expect(isSameScene(one!, other!)).toBe(true);
  });

  test.each([
    ["somebody far away has come in", () => withFigure(picture, 30, 80)],
    ["a digit is another one", () => withFigure(picture, 16, 24)],
    ["the camera has moved by a fiftieth of the picture", () => moved(picture, 13)],
    ["it has become brighter", () => sharp(picture).linear(1.05, 0).png().toBuffer()],
    ["it is another scene", () => sharp(picture).negate().png().toBuffer()],
  ])("but not when %s", async (_, other) => {
    const [one, two] = await Promise.all([picture, await other()].map(frameOfPicture));
    expect(isSameScene(one!, two!)).toBe(false);
  });
});

test("a screen is never the camera's scene, nor a turned picture the upright one", () => {
  const frame = frameOf({ source: "camera" });
  expect(isSameScene(frame, frameOf({ source: "camera", id: "later" }))).toBe(true);
  expect(isSameScene(frame, frameOf({ source: "screen" }))).toBe(false);
  expect(isSameScene(frame, { ...frame, width: frame.height, height: frame.width })).toBe(false);
});

async function moved(picture: Buffer, pixels: number): Promise<Buffer> {
  const extended = await sharp(picture).extend({ left: pixels, extendWith: "mirror" }).png().toBuffer();
  return sharp(extended)
    .extract({ left: 0, top: 0, ...SIZE })
    .png()
    .toBuffer();
}
