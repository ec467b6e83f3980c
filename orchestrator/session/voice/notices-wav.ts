import { InputError } from "../../errors.ts";
import type { Pcm } from "../../lib/pcm.ts";

const PCM_FORMAT = 1;

/**
 * The sound of a WAV file of 16-bit mono PCM. A data chunk that promises more than there is, as a
 * program that writes to a pipe leaves it, ends with the file.
 *
 * @throws {InputError} when it is another format, or no WAV file
 */
export function readWav(bytes: Uint8Array): Pcm {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 12 || tag(view, 0) !== "RIFF" || tag(view, 8) !== "WAVE")
    throw notWav("no RIFF header");
  let sampleRate: number | undefined;
  for (let at = 12; at + 8 <= view.byteLength;) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(view, at) === "fmt " && body + 16 <= view.byteLength) {
      const [format, channels, bits] = [0, 2, 14].map((offset) => view.getUint16(body + offset, true));
      if (format !== PCM_FORMAT || channels !== 1 || bits !== 16) {
        throw notWav(`format ${format}, ${channels} channels, ${bits} bits`);
      }
      sampleRate = view.getUint32(body + 4, true);
    }
    if (tag(view, at) === "data" && sampleRate !== undefined) {
      const samples = new Int16Array(Math.min(size, view.byteLength - body) >> 1);
      for (let index = 0; index < samples.length; index++) {
        samples[index] = view.getInt16(body + 2 * index, true);
      }
      return { samples, sampleRate };
    }
    at = body + size + (size % 2);
  }
  throw notWav("no samples");
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

function notWav(wrong: string): InputError {
  return new InputError(`not a usable WAV file (${wrong})`, "16-bit mono PCM");
}
