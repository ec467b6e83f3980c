import type { Part } from "./synthesiser.ts";
import type { SoundHead } from "./wav-stream.ts";

/** Takes bytes as they come and gives whole 16-bit little-endian samples. */
export interface SampleReader {
  push(bytes: Uint8Array): Int16Array;
}

/** Creates a reader that keeps half a sample for the bytes that follow. */
export function createSampleReader(): SampleReader {
  let half: Uint8Array = new Uint8Array();
  return {
    push(bytes) {
      const all = new Uint8Array(half.length + bytes.length);
      all.set(half);
      all.set(bytes, half.length);
      const even = all.length & ~1;
      half = all.slice(even);
      return toSamples(all.slice(0, even));
    },
  };
}

/**
 * The sound of a stream of 16-bit samples behind a head. `readHead` is given the stream's start, again
 * with each piece that comes, until it knows the head.
 */
export async function* pcmParts(
  stream: AsyncIterable<Uint8Array>,
  readHead: (start: Buffer) => SoundHead | undefined,
): AsyncGenerator<Part> {
  let start = Buffer.alloc(0);
  let head: SoundHead | undefined;
  const reader = createSampleReader();
  for await (const bytes of stream) {
    let sound = bytes;
    if (head === undefined) {
      start = Buffer.concat([start, bytes]);
      head = readHead(start);
      if (head === undefined) continue;
      sound = start.subarray(head.bytes);
    }
    const samples = reader.push(sound);
    if (samples.length > 0) yield { audio: { samples, sampleRate: head.sampleRate } };
  }
}

function toSamples(bytes: Uint8Array<ArrayBuffer>): Int16Array {
  const view = new DataView(bytes.buffer);
  return IS_LITTLE_ENDIAN
    ? new Int16Array(bytes.buffer)
    : Int16Array.from({ length: bytes.length / 2 }, (_, index) => view.getInt16(index * 2, true));
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
