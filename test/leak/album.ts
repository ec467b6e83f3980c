import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Frame, FrameSource } from "../../orchestrator/turn/turn.ts";
import { frameFromBytes, openPhoto } from "../../orchestrator/vision/photo.ts";
import { busyPicture } from "../orchestrator/vision/pictures.ts";
import { clearPicture, personPicture } from "../standins/photo-files.ts";

/** A picture of which the test knows whether it shows a person; null: hands, paintings, reflections. */
export interface Known {
  readonly name: string;
  readonly frame: Frame;
  readonly person: boolean | null;
}

/** Hidden in every generated picture's metadata; must never be seen again. */
export const HIDDEN = "HIDDEN-IN-METADATA";

const assets =
  process.env["ASSETS_MIRROR"] ?? fileURLToPath(new URL("../../../shared/assets", import.meta.url));
const shelf = join(assets, "person-gate");

/** The detector and the photos beside the checkout, when they are there. */
export const photoShelf = existsSync(join(shelf, "manifest.csv"))
  ? { detector: join(shelf, "yolox_nano.onnx"), manifest: join(shelf, "manifest.csv") }
  : undefined;

/** The labelled photos. */
export async function photoAlbum(manifest: string): Promise<readonly Known[]> {
  const rows = readFileSync(manifest, "utf8").trim().split("\n").slice(1);
  return Promise.all(
    rows.map(async (row) => {
      const [name = "", label = ""] = row.split(",");
      const frame = await openPhoto(join(shelf, "images", name));
      return { name, frame, person: label === "yes" ? true : label === "no" ? false : null };
    }),
  );
}

/** Pictures for the tiny detector: every source, with and without a person, larger than the gate's view, tagged. */
export async function generatedAlbum(): Promise<readonly Known[]> {
  const album: Known[] = [];
  for (const source of ["photo", "camera", "screen"] as const) {
    for (const person of [true, false]) {
      const make = person ? personPicture : clearPicture;
      const name = `${source} ${person ? "person" : "clear"}`;
      album.push({ name, frame: await tagged(await make(), source), person });
    }
  }
  const wide = await busyPicture(1120, 672).jpeg({ quality: 90 }).toBuffer();
  album.push({ name: "large clear", frame: await tagged(wide, "photo"), person: false });
  const dark = await busyPicture(640, 384).linear(0.02).jpeg().toBuffer();
  album.push({ name: "dark", frame: await tagged(dark, "photo"), person: null });
  return album;
}

async function tagged(jpeg: Buffer, source: FrameSource): Promise<Frame> {
  const { default: sharp } = await import("sharp");
  const bytes = await sharp(jpeg)
    .withExif({ IFD0: { Copyright: HIDDEN }, IFD3: { GPSLatitude: "51/1 30/1 0/1", GPSLatitudeRef: "N" } })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${HIDDEN}</x:xmpmeta>`)
    .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
    .toBuffer();
  return frameFromBytes(bytes, { source });
}
