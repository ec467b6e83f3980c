/** Size in pixels as a JPEG's frame header states it, before orientation; undefined when there is none. */
export function readJpegHeader(
  bytes: Uint8Array,
): { readonly width: number; readonly height: number } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== START_OF_IMAGE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrameHeader(marker)) {
      const height = view.getUint16(at + 5);
      const width = view.getUint16(at + 7);
      return width > 0 && height > 0 ? { width, height } : undefined;
    }
    if (marker === START_OF_SCAN || marker === END_OF_IMAGE) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const HUFFMAN_TABLES = 0xc4;
const JPEG_EXTENSION = 0xc8;
const ARITHMETIC_TABLES = 0xcc;

function isFrameHeader(marker: number): boolean {
  return (
    marker >= 0xc0 &&
    marker <= 0xcf &&
    marker !== HUFFMAN_TABLES &&
    marker !== JPEG_EXTENSION &&
    marker !== ARITHMETIC_TABLES
  );
}
