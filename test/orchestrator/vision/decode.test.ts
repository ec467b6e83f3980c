import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { PHOTO_LIMITS } from "../../../orchestrator/vision/decode.ts";
import { frameFromBytes } from "../../../orchestrator/vision/photo.ts";
import { busyPicture, colourAt, faultOf, ftyp, pngChunk, pngOf } from "./pictures.ts";

describe("what is decoded", () => {
  it.each([
    ["CMYK JPEG", () => busyPicture(200, 150).toColourspace("cmyk").jpeg().toBuffer()],
    ["grey JPEG", () => busyPicture(200, 150).greyscale().jpeg().toBuffer()],
    ["progressive JPEG", () => busyPicture(200, 150).jpeg({ progressive: true }).toBuffer()],
    ["16-bit PNG", () => busyPicture(200, 150).toColourspace("rgb16").png().toBuffer()],
    ["grey 16-bit PNG", () => busyPicture(200, 150).toColourspace("grey16").png().toBuffer()],
    ["palette PNG", () => busyPicture(200, 150).png({ palette: true }).toBuffer()],
    ["interlaced PNG", () => busyPicture(200, 150).png({ progressive: true }).toBuffer()],
    ["grey PNG with alpha", () => busyPicture(200, 150).greyscale().ensureAlpha(1).png().toBuffer()],
    [
      "lossless WebP with alpha",
      () => busyPicture(200, 150).ensureAlpha(1).webp({ lossless: true }).toBuffer(),
    ],
  ])("reads a %s", async (_name, make) => {
    const bytes = await make();
    const frame = await frameFromBytes(bytes);
    expect(frame).toMatchObject({ width: 200, height: 150 });
    const upright = await sharp(bytes).toColourspace("srgb").png().toBuffer();
    for (const place of [
      [0.2, 0.2],
      [0.5, 0.5],
      [0.9, 0.7],
    ] as const) {
      const [expected, got] = await Promise.all([
        colourAt(upright, place, 16),
        colourAt(frame.gated.bytes, place, 16),
      ]);
      for (const channel of [0, 1, 2]) expect(Math.abs(expected[channel]! - got[channel]!)).toBeLessThan(12);
    }
    expect((await sharp(frame.gated.bytes).metadata()).space).toBe("srgb");
  });

  it("puts what is transparent on white", async () => {
    const clear = {
      create: { width: 64, height: 64, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    } as const;
    const frame = await frameFromBytes(await sharp(clear).png().toBuffer());
    expect(await colourAt(frame.gated.bytes, [0.5, 0.5])).toEqual([255, 255, 255]);
  });

  it("takes the first picture of an animation", async () => {
    const page = (background: string): Promise<Buffer> =>
      sharp({ create: { width: 80, height: 60, channels: 3, background } })
        .png()
        .toBuffer();
    const animated = await sharp([await page("red"), await page("blue")], { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    const frame = await frameFromBytes(animated);
    expect(frame).toMatchObject({ width: 80, height: 60 });
    expect((await colourAt(frame.gated.bytes, [0.5, 0.5]))[0]).toBeGreaterThan(240);
    const still = await page("red");
    const animation = pngChunk("acTL", Buffer.from([0, 0, 39, 16, 0, 0, 0, 0]));
    const apng = Buffer.concat([still.subarray(0, 33), animation, still.subarray(33)]);
    expect(await frameFromBytes(apng)).toMatchObject({ width: 80, height: 60 });
  });

  it("reads a damaged JPEG that is all there", async () => {
    const bytes = await busyPicture(300, 200).jpeg().toBuffer();
    const middle = bytes.length >> 1;
    bytes.fill(0x55, middle, middle + 4);
    expect(await frameFromBytes(bytes)).toMatchObject({ width: 300, height: 200 });
  });
});

describe("what is refused", () => {
  it.each([
    ["heic.jpg", ftyp("heic", "mif1"), /HEIC.*expected a JPEG, PNG or WebP.*heif-convert/],
    ["mif1.heic", ftyp("mif1", "heic"), /HEIC.*heif-convert/],
    ["picture.avif", ftyp("mif1", "avif"), /AVIF.*avifdec/],
    ["video.mp4", ftyp("isom", "mp41"), /a video or a raw camera picture; expected a JPEG, PNG or WebP/],
    [
      "drawing.svg",
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      /an SVG drawing/,
    ],
    ["animation.gif", "GIF89a\x01\0\x01\0", /a GIF picture/],
    ["scan.tiff", "II*\0\x08\0\0\0", /a TIFF or raw camera picture/],
    ["big-endian.tif", "MM\0*\0\0\0\x08", /a TIFF or raw camera picture/],
    ["old.bmp", "BM\x46\0\0\0", /a BMP picture/],
    ["paper.pdf", "%PDF-1.7\n", /a PDF document/],
    ["letter.docx", "PK\x03\x04", /a ZIP archive or office document/],
    ["notes.jpg", "Dear diary,\nno picture here.\n", /notes\.jpg is text; expected a JPEG/],
    ["noise.jpg", Buffer.from([1, 2, 3, 4, 250, 0, 9, 200]), /not a picture of a known kind/],
    ["nothing.jpg", "", /nothing\.jpg is empty; expected a JPEG/],
    ["head.jpg", Buffer.from([0xff, 0xd8, 0xff]), /damaged or cut short/],
    ["head.png", Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), /damaged or cut short/],
    ["head.webp", "RIFF\x10\0\0\0WEBP", /damaged or cut short/],
  ])("%s", async (name, bytes, message) => {
    const data = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
    expect(await faultOf(frameFromBytes(data, { name }))).toMatch(message);
  });

  it.each(["jpeg", "png", "webp"] as const)("a %s that was cut short", async (format) => {
    const whole = await busyPicture(400, 300)[format]().toBuffer();
    for (const share of [0.1, 0.5, 0.9]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      expect(await faultOf(frameFromBytes(cut))).toMatch(
        /damaged or cut short; expected a whole JPEG, PNG or WebP/,
      );
    }
  });

  it("a PNG bomb is refused by its header, in no time", async () => {
    const bomb = pngOf(30_000, 30_000, 1 << 20);
    const start = performance.now();
    expect(await faultOf(frameFromBytes(bomb, { limits: PHOTO_LIMITS }))).toMatch(
      /30000×30000 pixels; expected at most 64 megapixels/,
    );
    expect(await faultOf(frameFromBytes(pngOf(2100, 2000, 9)))).toMatch(/at most 4 megapixels/);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("a picture whose header promises more than is there", async () => {
    expect(await faultOf(frameFromBytes(pngOf(2000, 1900, 100)))).toMatch(/damaged or cut short/);
  });

  it("a strip that no model could use", async () => {
    expect(await faultOf(frameFromBytes(await busyPicture(4000, 9).png().toBuffer()))).toMatch(
      /a strip of 4000×9/,
    );
  });

  it("a decoder that takes too long is given up", async () => {
    const large = await busyPicture(3000, 2900).png({ compressionLevel: 1 }).toBuffer();
    const hurried = { ...PHOTO_LIMITS, maxDecodeMs: 10 };
    expect(await faultOf(frameFromBytes(large, { limits: hurried }))).toMatch(
      /takes more than 0.01 s to decode/,
    );
  });
});
