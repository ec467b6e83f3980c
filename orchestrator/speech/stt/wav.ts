import { SAMPLE_RATE } from "./recogniser.ts";

const HEAD_BYTES = 44;

/** A WAV file of 16 kHz mono 16-bit samples. */
export function toWav(pieces: readonly Int16Array[]): Uint8Array<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const file = new DataView(new ArrayBuffer(HEAD_BYTES + length * 2));
  const text = (offset: number, letters: string): void => {
    for (const [index, letter] of Array.from(letters).entries())
      file.setUint8(offset + index, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  file.setUint32(4, HEAD_BYTES - 8 + length * 2, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, SAMPLE_RATE, true);
  file.setUint32(28, SAMPLE_RATE * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, "data");
  file.setUint32(40, length * 2, true);
  const samples = new Int16Array(file.buffer, HEAD_BYTES);
  let offset = 0;
  for (const piece of pieces) {
    samples.set(piece, offset);
    offset += piece.length;
  }
  return new Uint8Array(file.buffer);
}
