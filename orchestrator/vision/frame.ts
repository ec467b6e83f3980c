import { createHash, randomUUID } from "node:crypto";
import sharp, { type JpegOptions } from "sharp";
import { sceneOf } from "../turn/scene.ts";
import type { Frame, FrameSource, Jpeg } from "../turn/turn.ts";
import { type Pixels, toRgb } from "./decode.ts";
import { GATED_JPEG, GATED_LONG_SIDE, measureQuality } from "./quality.ts";
import { fitDetailed, fitLongSide, type Size } from "./sizes.ts";

/** JPEG quality of the local engine's picture: 15–55 kB at 768 tokens. */
const DETAILED_JPEG = { quality: 80 } as const;

/**
 * A frame of these pixels: the gated JPEG and its quality numbers now, the larger JPEG when it is
 * first asked for. Both show the same capture, and the pixels live as long as the frame does.
 */
export async function toFrame(pixels: Pixels, source: FrameSource, capturedAtMs: number): Promise<Frame> {
  const gated = await encode(pixels, fitLongSide(pixels.source, GATED_LONG_SIDE), GATED_JPEG);
  const luma = await readLuma(gated);
  let detailed: Promise<Jpeg> | undefined;
  return {
    id: randomUUID(),
    source,
    capturedAtMs,
    ...pixels.source,
    quality: measureQuality(luma, gated.width, gated.height),
    scene: sceneOf(luma, gated.width, gated.height),
    gated,
    detailed: () => (detailed ??= encode(pixels, fitDetailed(pixels), DETAILED_JPEG)),
  };
}

/** BT.601 luma of a JPEG, the brightness that it stores itself. */
export async function readLuma(jpeg: Pick<Jpeg, "bytes">): Promise<Uint8Array> {
  const { data, info } = await sharp(jpeg.bytes).raw().toBuffer({ resolveWithObject: true });
  if (info.channels === 1) return data;
  const rgb = toRgb(data, info.channels);
  const luma = new Uint8Array(info.width * info.height);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3) {
    // Weights 0.299, 0.587 and 0.114 in 1/65,536, rounded.
    luma[pixel] =
      (19_595 * (rgb[at] ?? 0) + 38_470 * (rgb[at + 1] ?? 0) + 7_471 * (rgb[at + 2] ?? 0) + 32_768) >> 16;
  }
  return luma;
}

async function encode(pixels: Pixels, size: Size, options: JpegOptions): Promise<Jpeg> {
  const { width, height } = pixels;
  const bytes = await sharp(pixels.rgb, { raw: { width, height, channels: 3 } })
    .resize({ ...size, fit: "fill" })
    .jpeg(options)
    .toBuffer();
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex"), ...size };
}
