import sharp, { type Sharp } from "sharp";

/** A way in which a photo gets worse, at the strengths of the reference. */
export interface Degradation {
  readonly name: string;
  /** Highest share of person-free photos that may end not clear; undefined: stated only. */
  readonly maxNotClear?: number;
  /** Not among the reference's: stated, without a target. */
  readonly extra?: true;
  apply(photo: Sharp, size: { readonly width: number; readonly height: number }): Sharp | Promise<Sharp>;
}

/** Quality of the file that a degraded photo is saved as. */
const FILE_QUALITY = 95;
const MAX_LONG_SIDE = 960;

export const DEGRADATIONS: readonly Degradation[] = [
  { name: "none", maxNotClear: 0.05, apply: (photo) => photo },
  { name: "dark ×0.25", apply: (photo) => photo.linear(0.25, 0) },
  { name: "dark ×0.10", apply: (photo) => photo.linear(0.1, 0) },
  { name: "over-exposed (×2.5 + 40)", apply: (photo) => photo.linear(2.5, 40) },
  { name: "low contrast (×0.3 + 90)", apply: (photo) => photo.linear(0.3, 90) },
  { name: "Gaussian σ 4", apply: (photo) => photo.blur(4) },
  { name: "Gaussian σ 8", apply: (photo) => photo.blur(8) },
  { name: "motion 21 px, across", apply: (photo) => photo.convolve(line(21, (_x, y) => y === 10)) },
  { name: "motion 21 px, down", apply: (photo) => photo.convolve(line(21, (x) => x === 10)) },
  {
    name: "motion 21 px, slanting",
    extra: true,
    apply: (photo) => photo.convolve(line(21, (x, y) => x === y)),
  },
  { name: "JPEG q 10", maxNotClear: 0.15, apply: (photo) => reopen(photo.jpeg({ quality: 10 })) },
  { name: "grey", maxNotClear: 0.15, apply: (photo) => photo.greyscale() },
  { name: "rotated 90°, no EXIF", apply: (photo) => photo.rotate(90) },
  { name: "rotated 180°, no EXIF", apply: (photo) => photo.rotate(180) },
  { name: "rotated 270°, no EXIF", apply: (photo) => photo.rotate(270) },
  { name: "rotated 20°", apply: (photo) => photo.rotate(20, { background: "#727272" }) },
  { name: "half size", maxNotClear: 0.15, apply: (photo, size) => shrink(photo, size, 2) },
  { name: "quarter size", apply: (photo, size) => shrink(photo, size, 4) },
  {
    name: "rotated 90°, with EXIF",
    apply: async (photo) => (await reopen(photo.rotate(270).png())).withMetadata({ orientation: 6 }),
  },
];

/** The photo, degraded and saved as a JPEG file again. */
export async function degrade(bytes: Uint8Array, degradation: Degradation): Promise<Buffer> {
  const { data, info } = await sharp(bytes, { ignoreIcc: true })
    .autoOrient()
    .toColourspace("srgb")
    .resize({ width: MAX_LONG_SIDE, height: MAX_LONG_SIDE, fit: "inside", withoutEnlargement: true })
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  const photo = await degradation.apply(sharp(data), info);
  return photo.jpeg({ quality: FILE_QUALITY, chromaSubsampling: "4:4:4" }).toBuffer();
}

/** What has been done so far becomes pixels, so that the next step follows it. */
async function reopen(photo: Sharp): Promise<Sharp> {
  return sharp(await photo.toBuffer());
}

function shrink(photo: Sharp, size: { readonly width: number; readonly height: number }, by: number): Sharp {
  return photo.resize({
    width: Math.max(1, Math.round(size.width / by)),
    height: Math.max(1, Math.round(size.height / by)),
    fit: "fill",
  });
}

/** A kernel of `side` × `side` that averages the cells on a line. */
function line(
  side: number,
  isOn: (x: number, y: number) => boolean,
): { readonly width: number; readonly height: number; readonly kernel: number[] } {
  const kernel = Array.from({ length: side * side }, (_, index) =>
    isOn(index % side, Math.floor(index / side)) ? 1 : 0,
  );
  return { width: side, height: side, kernel };
}
