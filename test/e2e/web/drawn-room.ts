import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES = 5;

/** A chair, a table and a cup. */
const ROOM = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720">
  <rect width="1280" height="470" fill="#e9dfcc"/><rect y="470" width="1280" height="250" fill="#b58d63"/>
  <rect x="90" y="70" width="260" height="260" fill="#bfe0f2" stroke="#f7f4ee" stroke-width="16"/>
  <path d="M220 70v260M90 200h260" stroke="#f7f4ee" stroke-width="10"/>
  <g fill="#7a4a2a"><rect x="400" y="390" width="420" height="26" rx="6"/><rect x="430" y="416" width="22" height="220"/><rect x="768" y="416" width="22" height="220"/></g>
  <path d="M580 320h70v52q0 18-18 18h-34q-18 0-18-18z" fill="#c8372d"/><path d="M650 332q30 0 30 22t-30 22" fill="none" stroke="#c8372d" stroke-width="9"/>
  <g fill="#31566b"><rect x="930" y="250" width="24" height="420"/><rect x="1120" y="250" width="24" height="420"/><rect x="930" y="270" width="214" height="36"/><rect x="930" y="350" width="214" height="36"/><rect x="915" y="470" width="250" height="36" rx="6"/></g>
</svg>`;

/** Writes a picture of a room as a film that Chromium takes for its camera (`--use-file-for-fake-video-capture`); its path. */
export async function drawnRoom(): Promise<string> {
  const { data } = await sharp(Buffer.from(ROOM))
    .resize(WIDTH, HEIGHT)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const path = join(tmpdir(), `sightline-room-${process.pid}.y4m`);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), toI420(data)]);
  const file = await open(path, "w");
  await file.write(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES}:1 Ip A1:1 C420mpeg2\n`);
  for (let index = 0; index < FRAMES; index += 1) await file.write(frame);
  await file.close();
  return path;
}

/** RGB to planar YUV by BT.601 in limited range; of four pixels the first gives the colour. */
function toI420(rgb: Buffer): Buffer {
  const luma = WIDTH * HEIGHT;
  const out = Buffer.alloc(luma * 1.5);
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 0; x < WIDTH; x += 1) {
      const at = (y * WIDTH + x) * 3;
      const [r = 0, g = 0, b = 0] = rgb.subarray(at, at + 3);
      out[y * WIDTH + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const chroma = luma + (y / 2) * (WIDTH / 2) + x / 2;
      out[chroma] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      out[chroma + luma / 4] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  return out;
}
