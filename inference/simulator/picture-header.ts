/** What a picture's header tells, in pixels as stored. */
export interface PictureHeader {
  readonly width: number;
  readonly height: number;
  /** The file ends before its picture does. */
  readonly truncated: boolean;
}

const JPEG_END = Buffer.from([0xff, 0xd9]);
const PNG_START = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Reads the size of a JPEG, PNG or WebP without decoding it; undefined when the bytes are none of these. */
export function readPictureHeader(bytes: Buffer): PictureHeader | undefined {
  if (bytes.length > 4 && bytes.readUInt16BE(0) === 0xffd8) return readJpeg(bytes);
  if (bytes.length >= 24 && bytes.subarray(0, 8).equals(PNG_START)) {
    const truncated = bytes.lastIndexOf("IEND", undefined, "latin1") < 0;
    return sized(bytes.readUInt32BE(16), bytes.readUInt32BE(20), truncated);
  }
  if (bytes.length >= 30 && bytes.toString("latin1", 0, 4) === "RIFF") return readWebp(bytes);
  return undefined;
}

function readJpeg(bytes: Buffer): PictureHeader | undefined {
  let size: { width: number; height: number } | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda) break;
    // start of frame: C0–CF but for the tables C4, C8 and CC
    if (marker === 0xc0 || (marker > 0xc0 && marker <= 0xcf && marker % 4 !== 0)) {
      if (at + 9 > bytes.length) return undefined;
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  if (size === undefined) return undefined;
  return sized(size.width, size.height, bytes.lastIndexOf(JPEG_END) < at);
}

function readWebp(bytes: Buffer): PictureHeader | undefined {
  const truncated = bytes.length < bytes.readUInt32LE(4) + 8;
  switch (bytes.toString("latin1", 12, 16)) {
    case "VP8 ":
      return sized(bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff, truncated);
    case "VP8L": {
      const bits = bytes.readUInt32LE(21);
      return sized((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, truncated);
    }
    case "VP8X":
      return sized(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1, truncated);
    default:
      return undefined;
  }
}

function sized(width: number, height: number, truncated: boolean): PictureHeader | undefined {
  return width > 0 && height > 0 ? { width, height, truncated } : undefined;
}
