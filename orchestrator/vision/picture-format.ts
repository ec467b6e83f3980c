export type PictureFormat = "jpeg" | "png" | "webp";

/** What a file is, told by its first bytes alone; never by its name. */
export type Sniffed =
  | { readonly format: PictureFormat }
  /** `what` completes "this is …"; `hint` says what to do about it. */
  | { readonly format: null; readonly what: string; readonly hint?: string };

const ACCEPTED = "a JPEG, PNG or WebP picture";

/** What an `InputError` asks for instead of a picture that cannot be used. */
export function expectedPicture(hint?: string): string {
  return hint ? `${ACCEPTED} (${hint})` : ACCEPTED;
}

/** Tells the three accepted formats, and names what else people commonly hand over. */
export function sniffPicture(bytes: Uint8Array): Sniffed {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  const at = (offset: number, text: string): boolean => head.startsWith(text, offset);
  if (at(0, "\xff\xd8\xff")) return { format: "jpeg" };
  if (at(0, "\x89PNG\r\n\x1a\n")) return { format: "png" };
  if (at(0, "RIFF") && at(8, "WEBP")) return { format: "webp" };
  if (at(4, "ftyp")) return sniffContainer(bytes);
  const known = KNOWN.find(([start]) => at(0, start));
  if (known) return { format: null, what: known[1] };
  if (isSvg(bytes)) return { format: null, what: "an SVG drawing" };
  return { format: null, what: looksLikeText(bytes) ? "text" : "not a picture of a known kind" };
}

const KNOWN: readonly (readonly [start: string, what: string])[] = [
  ["GIF8", "a GIF picture"],
  ["II*\0", "a TIFF or raw camera picture"],
  ["MM\0*", "a TIFF or raw camera picture"],
  ["II+\0", "a TIFF picture"],
  ["MM\0+", "a TIFF picture"],
  ["BM", "a BMP picture"],
  ["%PDF", "a PDF document"],
  ["\0\0\x01\0", "an icon"],
  ["\xff\x0a", "a JPEG XL picture"],
  ["\0\0\0\x0cJXL ", "a JPEG XL picture"],
  ["\0\0\0\x0cjP  ", "a JPEG 2000 picture"],
  ["PK\x03\x04", "a ZIP archive or office document"],
  ["\x1f\x8b", "a gzip archive"],
  ["\x1a\x45\xdf\xa3", "a video"],
];

const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
const CONVERT_HEIC =
  "convert it with `heif-convert photo.heic photo.jpg`, or set the phone's camera format to Most Compatible";
const CONVERT_AVIF = "convert it with `avifdec photo.avif photo.png`";

/** ISO media files name their brands in the first box: the major one, a version, the compatible ones. */
function sniffContainer(bytes: Uint8Array): Sniffed {
  const end = Math.min(bytes.length, 4096, new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0));
  const brands: string[] = [];
  for (let offset = 8; offset + 4 <= end; offset += offset === 8 ? 8 : 4) {
    brands.push(String.fromCharCode(...bytes.subarray(offset, offset + 4)));
  }
  if (brands.some((brand) => brand === "avif" || brand === "avis")) {
    return { format: null, what: "an AVIF picture", hint: CONVERT_AVIF };
  }
  if (brands.some((brand) => HEIC_BRANDS.has(brand)) || brands[0] === "mif1" || brands[0] === "msf1") {
    return { format: null, what: "a HEIC picture", hint: CONVERT_HEIC };
  }
  return { format: null, what: "a video or a raw camera picture" };
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 512).every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

function isSvg(bytes: Uint8Array): boolean {
  return /<svg[\s>]/i.test(Buffer.from(bytes.subarray(0, 4096)).toString("latin1"));
}
