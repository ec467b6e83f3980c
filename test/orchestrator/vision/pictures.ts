import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { InputError } from "../../../orchestrator/errors.ts";
import { frameFromBytes } from "../../../orchestrator/vision/photo.ts";
import type { RawFrame } from "../../../orchestrator/vision/raw.ts";
import type { Frame, FrameSource } from "../../../orchestrator/turn/turn.ts";

/** Pixels; no multiple of a JPEG's blocks, whose steps are not taken for detail. */
const CELL = 11;

/** A busy picture without a person, good enough to be judged; `seed` makes others like it. */
export function busyPicture(width: number, height: number, seed = 1): Sharp {
  const rgb = new Uint8Array(width * height * 3);
  let state = seed;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const checker = (Math.floor(x / CELL) + Math.floor(y / CELL)) % 2 === 0 ? 60 : 180;
      const at = (y * width + x) * 3;
      rgb[at] = checker + (state >>> 27);
      rgb[at + 1] = checker;
      rgb[at + 2] = 255 - checker;
    }
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** A frame of a busy picture, as an upload or a camera brings it. */
export async function busyFrame(
  options: {
    width?: number;
    height?: number;
    source?: FrameSource;
    seed?: number;
    capturedAtMs?: number;
  } = {},
): Promise<Frame> {
  const { width = 320, height = 240, source = "photo", seed = 1, capturedAtMs = performance.now() } = options;
  return frameFromBytes(await busyPicture(width, height, seed).jpeg().toBuffer(), { source, capturedAtMs });
}

/** Mean R, G, B of the square of `side` pixels around a point given as shares of width and height. */
export async function colourAt(
  jpeg: Uint8Array,
  [shareX, shareY]: readonly [number, number],
  side = 4,
): Promise<readonly number[]> {
  const { width, height } = await sharp(jpeg).metadata();
  const left = Math.round(Math.min(width - side, Math.max(0, shareX * width - side / 2)));
  const top = Math.round(Math.min(height - side, Math.max(0, shareY * height - side / 2)));
  const { channels } = await sharp(
    await sharp(jpeg).extract({ left, top, width: side, height: side }).png().toBuffer(),
  ).stats();
  const means = channels.map(({ mean }) => Math.round(mean));
  return means.length === 3 ? means : [means[0] ?? 0, means[0] ?? 0, means[0] ?? 0];
}

/** The first box of an ISO media file. */
export function ftyp(...brands: readonly [string, ...string[]]): Buffer {
  const box = Buffer.alloc(16 + 4 * brands.length);
  box.writeUInt32BE(box.length);
  box.write(`ftyp${brands[0]}`, 4, "latin1");
  box.write(brands.join(""), 16, "latin1");
  return Buffer.concat([box, Buffer.alloc(64)]);
}

/** One chunk of a PNG. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A PNG whose header promises a size, whatever its data holds. */
export function pngOf(width: number, height: number, bytesInside: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(Buffer.alloc(bytesInside))),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The message of the `InputError` that it must reject with. */
export async function faultOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => new Error("opened"),
    (error: unknown) => error,
  );
  return error instanceof InputError ? error.message : `no InputError: ${String(error)}`;
}

/** A small I420 camera frame of one grey. */
export function rawFrame(
  options: { luma?: number; capturedAtMs?: number; source?: FrameSource } = {},
): RawFrame {
  const { luma = 120, capturedAtMs = 0, source = "camera" } = options;
  const data = new Uint8Array((64 * 48 * 3) / 2).fill(128);
  data.fill(luma, 0, 64 * 48);
  return { data, format: "I420", width: 64, height: 48, rotation: 0, capturedAtMs, source };
}
