import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UPLOAD_LIMITS } from "../../../orchestrator/vision/decode.ts";
import { frameFromBytes, openPhoto, photoCamera } from "../../../orchestrator/vision/photo.ts";
import { busyFrame, busyPicture, colourAt, faultOf } from "./pictures.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "photo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

describe("a photo that can be used", () => {
  it("keeps the source's size and gates a smaller JPEG bound to its hash", async () => {
    const frame = await openPhoto(put("wide.png", await busyPicture(1920, 1080).png().toBuffer()));
    expect(frame).toMatchObject({ source: "photo", width: 1920, height: 1080 });
    expect(frame.gated).toMatchObject({ width: 640, height: 360 });
    expect(frame.gated.sha256).toBe(createHash("sha256").update(frame.gated.bytes).digest("hex"));
    expect(await sharp(frame.gated.bytes).metadata()).toMatchObject({
      format: "jpeg",
      width: 640,
      height: 360,
    });
    expect(frame.quality.hint).toBeNull();
  });

  it("never enlarges a small picture", async () => {
    const frame = await frameFromBytes(await busyPicture(90, 61).webp().toBuffer());
    expect(frame.gated).toMatchObject({ width: 90, height: 61 });
    expect(await frame.detailed()).toMatchObject({ width: 84, height: 56 });
    const tiny = await frameFromBytes(await busyPicture(9, 5).png().toBuffer());
    expect(await tiny.detailed()).toMatchObject({ width: 9, height: 5 });
  });

  it("encodes the larger JPEG once, when it is first asked for", async () => {
    const frame = await busyFrame({ width: 1280, height: 720 });
    const [first, second] = await Promise.all([frame.detailed(), frame.detailed()]);
    expect(first).toBe(second);
    expect(first).toMatchObject({ width: 1008, height: 560 });
    expect(await sharp(first.bytes).metadata()).toMatchObject({ format: "jpeg", width: 1008, height: 560 });
  });

  const turned: readonly [
    orientation: number,
    topLeft: readonly [number, number],
    topRight: readonly [number, number],
  ][] = [
    [1, [0, 0], [1, 0]],
    [2, [1, 0], [0, 0]],
    [3, [1, 1], [0, 1]],
    [4, [0, 1], [1, 1]],
    [5, [0, 0], [0, 1]],
    [6, [1, 0], [1, 1]],
    [7, [1, 1], [1, 0]],
    [8, [0, 1], [0, 0]],
  ];
  it.each(turned)(
    "is upright with EXIF orientation %i, at both sizes",
    async (orientation, topLeft, topRight) => {
      const spot = (colour: string): Promise<Buffer> =>
        sharp({ create: { width: 400, height: 300, channels: 3, background: colour } })
          .png()
          .toBuffer();
      const stored = await sharp({ create: { width: 1600, height: 1000, channels: 3, background: "white" } })
        .composite([
          { input: await spot("red"), left: 0, top: 0 },
          { input: await spot("blue"), left: 1200, top: 0 },
        ])
        .withMetadata({ orientation })
        .jpeg()
        .toBuffer();
      const frame = await frameFromBytes(stored);
      const [width, height] = orientation >= 5 ? [1000, 1600] : [1600, 1000];
      expect(frame).toMatchObject({ width, height });
      for (const jpeg of [frame.gated, await frame.detailed()]) {
        const [red, , blueOfRed] = await colourAt(jpeg.bytes, topLeft);
        const [redOfBlue, , blue] = await colourAt(jpeg.bytes, topRight);
        expect([red! > 200, blueOfRed! < 60, redOfBlue! < 60, blue! > 200]).toEqual([true, true, true, true]);
        expect((await sharp(jpeg.bytes).metadata()).orientation).toBeUndefined();
      }
    },
  );

  it("carries no metadata of the original", async () => {
    const tagged = await busyPicture(700, 500)
      .withExif({ IFD0: { Copyright: "SECRET-OWNER" }, IFD3: { GPSLatitude: "51/1 30/1 0/1" } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">SECRET-XMP</x:xmpmeta>')
      .withIccProfile("p3")
      .jpeg()
      .toBuffer();
    const frame = await frameFromBytes(Buffer.concat([tagged, Buffer.from("SECRET-TRAILER")]));
    for (const { bytes } of [frame.gated, await frame.detailed()]) {
      const { exif, xmp, icc, iptc } = await sharp(bytes).metadata();
      expect([exif, xmp, icc, iptc]).toEqual([undefined, undefined, undefined, undefined]);
      expect(Buffer.from(bytes).includes("SECRET")).toBe(false);
    }
  });

  it("finds the format by the first bytes, not by the name", async () => {
    const frame = await openPhoto(put("photo.txt", await busyPicture(50, 40).png().toBuffer()));
    expect(frame).toMatchObject({ width: 50, height: 40 });
  });

  it("frames of one file share no bytes", async () => {
    const path = put("twice.jpg", await busyPicture(100, 80).jpeg().toBuffer());
    const [first, second] = await Promise.all([openPhoto(path), openPhoto(path)]);
    expect(first.id).not.toBe(second.id);
    expect(first.gated.sha256).toBe(second.gated.sha256);
    expect(first.gated.bytes).not.toBe(second.gated.bytes);
  });
});

describe("a path that cannot be used", () => {
  it("too many bytes, also for an upload and a screen share", async () => {
    const start = await busyPicture(20, 20).jpeg().toBuffer();
    const padded = (bytes: number): Buffer => Buffer.concat([start, Buffer.alloc(bytes - start.length)]);
    expect(await faultOf(openPhoto(put("huge.jpg", padded(32 * 2 ** 20 + 1))))).toMatch(
      /too large; expected .* at most 32 MiB/,
    );
    expect(await faultOf(frameFromBytes(padded(2 ** 20 + 1)))).toMatch(
      /the picture is too large; expected .* at most 1 MiB/,
    );
    expect(await faultOf(frameFromBytes(padded(3 * 2 ** 20 + 1), { source: "screen" }))).toMatch(
      /at most 3 MiB/,
    );
    expect(await frameFromBytes(padded(2 ** 20), { limits: UPLOAD_LIMITS })).toMatchObject({ width: 20 });
  });
});

describe("photoCamera", () => {
  it("always has its photo at hand", async () => {
    const frame = await busyFrame();
    const camera = photoCamera(frame);
    expect(camera.recent("any")).toEqual([frame]);
    expect(camera.recent("screen")).toEqual([]);
    expect(await camera.next(Infinity, new AbortController().signal)).toBe(frame);
    expect(photoCamera(undefined).recent("any")).toEqual([]);
    expect(await photoCamera(undefined).next(0, new AbortController().signal)).toBeUndefined();
  });
});

const images = join(process.env["ASSETS_MIRROR"] || "../shared/assets", "person-gate/images");
if (!existsSync(images)) console.log(`photos absent (${images}): real photos are not opened`);

it.skipIf(!existsSync(images))("opens real photos of many cameras", async () => {
  const files = readdirSync(images).filter((_, index) => index % 6 === 0);
  for (const file of files) {
    const frame = await openPhoto(join(images, file));
    const { width, height } = await sharp(join(images, file)).metadata();
    expect(frame.width * frame.height).toBe(width * height);
    expect(Math.max(frame.gated.width, frame.gated.height)).toBe(Math.min(640, Math.max(width, height)));
    const detailed = await frame.detailed();
    expect(detailed.width * detailed.height).toBeLessThanOrEqual(602_112);
    expect(detailed.bytes.length).toBeLessThan(400_000);
  }
  expect(files.length).toBeGreaterThan(10);
});
