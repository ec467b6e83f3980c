import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { TestFolder } from "../../standins/photo-files.ts";
import { clearPicture } from "../../standins/photo-files.ts";
import { busyPicture, ftyp, pngOf } from "../vision/pictures.ts";

/** A file that is no usable picture, and what the user is told about it. */
export interface BadPicture {
  readonly what: string;
  readonly path: string;
  readonly message: RegExp;
}

export async function badPictures(folder: TestFolder): Promise<readonly BadPicture[]> {
  const whole = await clearPicture(320, 240);
  const flat = { width: 9000, height: 9000, channels: 3, background: "grey" } as const;
  mkdirSync(join(folder.path, "folder.jpg"));
  return [
    bad(
      "text",
      "notes.jpg",
      "Milk, eggs, bread.\n",
      /notes\.jpg is text; expected a JPEG, PNG or WebP picture$/,
    ),
    bad("random bytes", "noise.jpg", Buffer.from("9f0000e1a2b37d44", "hex"), /not a picture of a known kind/),
    bad("cut short", "half.jpg", whole.subarray(0, whole.length / 2), /half\.jpg is damaged or cut short/),
    bad("zero bytes", "empty.jpg", "", /empty\.jpg is empty/),
    bad(
      "a PNG bomb",
      "bomb.png",
      await sharp({ create: flat }).png().toBuffer(),
      /9000×9000 pixels; expected at most 64 megapixels/,
    ),
    bad("a PNG that promises too much", "promise.png", pngOf(60_000, 60_000, 10), /60000×60000 pixels/),
    bad("a PNG without its pixels", "hollow.png", pngOf(200, 200, 10), /damaged or cut short/),
    bad("HEIC", "phone.heic", ftyp("heic", "mif1"), /a HEIC picture; expected .*\(convert it with/),
    bad(
      "SVG",
      "logo.svg",
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      /an SVG drawing; expected/,
    ),
    bad("GIF", "wave.gif", await busyPicture(20, 20).gif().toBuffer(), /a GIF picture; expected/),
    bad("a strip", "strip.png", await busyPicture(2500, 5).png().toBuffer(), /a strip of 2500×5 pixels/),
    {
      what: "a folder",
      path: join(folder.path, "folder.jpg"),
      message: /folder\.jpg is a folder; expected the path/,
    },
    {
      what: "missing",
      path: join(folder.path, "gone.jpg"),
      message: /gone\.jpg does not exist; expected the path/,
    },
    { what: "a device", path: "/dev/zero", message: /a pipe or device; expected the path/ },
  ];

  function bad(what: string, name: string, content: string | Uint8Array, message: RegExp): BadPicture {
    return { what, path: folder.put(name, content), message };
  }
}

/** Pictures of unusual kinds that can be used. */
export async function oddPictures(
  folder: TestFolder,
): Promise<readonly { what: string; path: string; size: object }[]> {
  const wide = busyPicture(640, 384);
  const frames = await Promise.all([1, 2].map((seed) => busyPicture(640, 384, seed).png().toBuffer()));
  return [
    odd("CMYK", "cmyk.jpg", await wide.clone().toColourspace("cmyk").jpeg().toBuffer()),
    odd("16 bits", "deep.png", await wide.clone().toColourspace("rgb16").png().toBuffer()),
    odd(
      "grey with transparency",
      "grey.png",
      await wide.clone().greyscale().ensureAlpha(0.9).png().toBuffer(),
    ),
    odd(
      "animated",
      "moving.webp",
      await sharp(frames, { join: { animated: true } })
        .webp({ quality: 95 })
        .toBuffer(),
    ),
    odd(
      "turned by EXIF",
      "turned.jpg",
      await wide.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      384,
      640,
    ),
  ];

  function odd(what: string, name: string, bytes: Uint8Array, width = 640, height = 384) {
    return { what, path: folder.put(name, bytes), size: { width, height } };
  }
}
