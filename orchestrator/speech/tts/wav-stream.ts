import { SpeechFault } from "../fault.ts";

/** What the head of a sound stream says. */
export interface SoundHead {
  readonly sampleRate: number;
  /** Bytes before the first sample. */
  readonly bytes: number;
}

const HEAD_AT_MOST = 4096;

/**
 * Reads the head of a WAV stream; undefined while more of it is needed. Sizes are not believed: a
 * stream's writer does not know them.
 *
 * @throws {SpeechFault} when it is no mono 16-bit WAV
 */
export function readWavHead(bytes: Uint8Array): SoundHead | undefined {
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tag(bytes, 0) !== "RIFF" || tag(bytes, 8) !== "WAVE") throw new SpeechFault("server", "no-wav");
  let sampleRate: number | undefined;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const name = tag(bytes, at);
    const size = view.getUint32(at + 4, true);
    if (name === "data") {
      if (sampleRate === undefined) throw new SpeechFault("server", "no-format");
      return { sampleRate, bytes: at + 8 };
    }
    if (at + 8 + size > HEAD_AT_MOST) throw new SpeechFault("server", "long-head");
    if (name === "fmt ") {
      if (at + 24 > bytes.length) return undefined;
      const isPcm16 =
        [1, 0xfffe].includes(view.getUint16(at + 8, true)) &&
        view.getUint16(at + 10, true) === 1 &&
        view.getUint16(at + 22, true) === 16;
      if (!isPcm16) throw new SpeechFault("server", "wrong-format");
      sampleRate = toRate(view.getUint32(at + 12, true));
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** @throws {SpeechFault} for a rate that no voice has */
export function toRate(sampleRate: number): number {
  if (!(sampleRate >= 8000 && sampleRate <= 48_000)) throw new SpeechFault("server", "sample-rate");
  return sampleRate;
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
