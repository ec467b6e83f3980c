import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createEncoderCache } from "../../../inference/simulator/encoder-cache.ts";
import { createLatency } from "../../../inference/simulator/latency.ts";
import { createLru } from "../../../inference/simulator/lru.ts";
import { readPictureHeader } from "../../../inference/simulator/picture-header.ts";
import { createPictures } from "../../../inference/simulator/pictures.ts";
import { profiles } from "../../../inference/simulator/profiles.ts";
import { smartResize } from "../../../inference/simulator/smart-resize.ts";
import { jpegUrl } from "../../../scripts/contract-vllm-wire.ts";

const limits = { minPixels: 100_352, maxPixels: 602_112 };
const open = { minPixels: 3136, maxPixels: 12_845_056 };

describe("smartResize", () => {
  it.each([
    [448, 448, open, 256],
    [640, 480, open, 391],
    [1024, 768, open, 999],
    [1280, 720, open, 1196],
    [1920, 1080, open, 2691],
    [448, 448, limits, 256],
    [640, 480, limits, 391],
    [1024, 768, limits, 768],
    [1280, 720, limits, 720],
    [1920, 1080, limits, 720],
  ])("%i×%i within %o is %i tokens, as transformers measured", (width, height, range, tokens) => {
    expect(smartResize(width, height, range).tokens).toBe(tokens);
  });

  it("keeps to the limits, for every picture that is not too long", () => {
    const side = fc.integer({ min: 30, max: 4000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const picture = smartResize(width, height, limits);
        expect(picture.width % 28).toBe(0);
        expect(picture.height % 28).toBe(0);
        expect(picture.width * picture.height).toBeLessThanOrEqual(limits.maxPixels * 1.05);
        expect(picture.patches).toBe((picture.width * picture.height) / 196);
      }),
    );
  });

  it("refuses a strip", () => {
    expect(() => smartResize(4100, 20, limits)).toThrow(/aspect ratio must be smaller than 200/);
  });
});

describe("readPictureHeader", () => {
  const picture = () => sharp({ create: { width: 123, height: 45, channels: 3, background: "#408020" } });

  it.each(["jpeg", "png", "webp"] as const)(
    "reads the size of a %s, and sees that one is cut",
    async (format) => {
      const bytes = await picture().toFormat(format).toBuffer();
      expect(readPictureHeader(bytes)).toEqual({ width: 123, height: 45, truncated: false });
      expect(readPictureHeader(bytes.subarray(0, bytes.length - 12))?.truncated).toBe(true);
    },
  );

  it("reads progressive JPEG and lossless WebP", async () => {
    for (const bytes of [
      await picture().jpeg({ progressive: true }).toBuffer(),
      await picture().webp({ lossless: true }).toBuffer(),
    ])
      expect(readPictureHeader(bytes)).toEqual({ width: 123, height: 45, truncated: false });
  });

  it("never throws, and knows no picture in noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        const bytes = Buffer.from(noise);
        readPictureHeader(Buffer.concat([Buffer.from([0xff, 0xd8]), bytes]));
        if (noise[0] !== 0xff) expect(readPictureHeader(bytes)).toBeUndefined();
      }),
    );
  });
});

describe("the image cache", () => {
  const make = (imageCacheBytes: number) => {
    const lookUps: boolean[] = [];
    const pictures = createPictures({
      ...limits,
      imageCacheBytes,
      latency: createLatency(profiles.zero, 1, 1),
      onLookUp: (hit) => void lookUps.push(hit),
    });
    return { pictures, lookUps };
  };

  it("answers for the old picture when other bytes come under a known uuid", async () => {
    const { pictures, lookUps } = make(1e9);
    const old = pictures.load({ url: await jpegUrl(448, 448), uuid: "a" }, 0).item;
    expect(pictures.load({ url: await jpegUrl(640, 480), uuid: "a" }, 0).item).toBe(old);
    expect(pictures.load({ url: undefined, uuid: "a" }, 0).item).toBe(old);
    expect(lookUps).toEqual([false, true, true]);
  });

  it("knows a picture without uuid by its bytes: re-encoded, it is another one", async () => {
    const { pictures } = make(1e9);
    const colour = { r: 9, g: 90, b: 200 };
    const [first, same, other] = [80, 80, 70].map((quality) => jpegUrl(448, 448, colour, quality));
    const load = async (url: Promise<string> | undefined) =>
      pictures.load({ url: await url, uuid: undefined }, 0).item;
    const known = await load(first);
    expect(await load(same)).toBe(known);
    expect((await load(other)).key).not.toBe(known.key);
  });

  it("forgets what was used longest ago: then a uuid alone is a 400", async () => {
    const bytesOfOne = 1024 * 1176;
    const { pictures } = make(2 * bytesOfOne);
    const url = await jpegUrl(448, 448);
    for (const uuid of ["a", "b"]) pictures.load({ url, uuid }, 0);
    pictures.load({ url: undefined, uuid: "a" }, 0);
    pictures.load({ url, uuid: "c" }, 0);
    pictures.load({ url: undefined, uuid: "a" }, 0);
    expect(() => pictures.load({ url: undefined, uuid: "b" }, 3)).toThrow(
      "Cache miss for image at index 3 but data is not provided.",
    );
  });
});

describe("createLru", () => {
  it("holds at most its capacity, and exactly the most recently used", () => {
    const use = fc.record({ key: fc.nat(5).map(String), weight: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 12 }), fc.array(use, { maxLength: 40 }), (capacity, uses) => {
        const lru = createLru<number>(capacity);
        let recent: { key: string; weight: number }[] = [];
        for (const one of uses) {
          lru.set(one.key, one.weight, one.weight);
          recent = [...recent.filter(({ key }) => key !== one.key), one];
          while (recent.reduce((sum, { weight }) => sum + weight, 0) > capacity) recent.shift();
          expect(lru.weight).toBe(recent.reduce((sum, { weight }) => sum + weight, 0));
          expect(lru.size).toBe(recent.length);
        }
        for (const { key, weight } of recent) expect(lru.get(key)).toBe(weight);
      }),
    );
  });
});

describe("the encoder cache", () => {
  const image = (key: string, offset: number, tokens: number) => ({
    item: {
      key,
      keyHash: 0,
      resized: { width: 1, height: 1, tokens, patches: tokens * 4 },
      width: 1,
      height: 1,
      bytes: Buffer.alloc(0),
    },
    offset,
    tokens,
  });

  it("encodes a picture once while it is held, and again when its tail is computed after eviction", () => {
    const cache = createEncoderCache(100);
    const admit = (key: string, computed: number): number[] => {
      const pictures: number[] = [];
      cache.startStep();
      cache.admit([image(key, 10, 60)], computed, 90 - computed, pictures);
      return pictures;
    };
    expect(admit("a", 0)).toEqual([240]);
    expect(admit("a", 64)).toEqual([]);
    expect(admit("b", 0)).toEqual([240]);
    expect(admit("a", 64)).toEqual([240]);
    expect(admit("a", 80)).toEqual([]);
  });

  it("stops a step before the picture that its budget cannot take, but lets a huge one pass alone", () => {
    const cache = createEncoderCache(100);
    const pictures: number[] = [];
    cache.startStep();
    const two = [image("a", 5, 60), image("b", 70, 60)];
    expect(cache.admit(two, 0, 200, pictures)).toBe(70);
    cache.startStep();
    expect(cache.admit(two, 70, 130, pictures)).toBe(130);
    cache.startStep();
    expect(cache.admit([image("huge", 0, 500)], 0, 90, pictures)).toBe(90);
  });
});
