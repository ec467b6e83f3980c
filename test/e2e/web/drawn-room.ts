import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { writeY4m } from "../../standins/chromium.ts";

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
  const rgb = await sharp(Buffer.from(ROOM)).resize(WIDTH, HEIGHT).removeAlpha().raw().toBuffer();
  const path = join(tmpdir(), `sightline-room-${process.pid}.y4m`);
  await writeY4m(path, rgb, { width: WIDTH, height: HEIGHT, frames: FRAMES });
  return path;
}
