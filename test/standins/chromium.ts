import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { type Browser, chromium } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium without a window: the program in `CHROMIUM`, else where distributions put it. */
export function launchChromium(args: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? PROGRAMS.find((path) => existsSync(path)) ?? "chromium",
    headless: true,
    args: [...FLAGS, ...args],
  });
}

/**
 * Writes a film of one second that shows one picture, so many times: what Chromium takes for its camera
 * (`--use-file-for-fake-video-capture`). `rgb` holds three bytes a pixel; width and height are even.
 */
export async function writeY4m(
  path: string,
  rgb: Buffer,
  { width, height, frames }: { readonly width: number; readonly height: number; readonly frames: number },
): Promise<void> {
  const frame = Buffer.concat([Buffer.from("FRAME\n", "latin1"), toI420(rgb, width, height)]);
  const file = await open(path, "w");
  await file.write(`YUV4MPEG2 W${width} H${height} F${frames}:1 Ip A1:1 C420mpeg2\n`);
  for (let index = 0; index < frames; index++) await file.write(frame);
  await file.close();
}

/** RGB to planar YUV by BT.601 in limited range; of four pixels the first gives the colour. */
function toI420(rgb: Buffer, width: number, height: number): Buffer {
  const luma = width * height;
  const planes = Buffer.alloc(luma * 1.5);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const [red, green, blue] = [rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0];
      planes[y * width + x] = 16 + 0.257 * red + 0.504 * green + 0.098 * blue;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const chroma = luma + (y / 2) * (width / 2) + x / 2;
      planes[chroma] = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
      planes[chroma + luma / 4] = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
    }
  }
  return planes;
}
