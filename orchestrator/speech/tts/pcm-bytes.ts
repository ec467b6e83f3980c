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

function toSamples(bytes: Uint8Array<ArrayBuffer>): Int16Array {
  const view = new DataView(bytes.buffer);
  return IS_LITTLE_ENDIAN
    ? new Int16Array(bytes.buffer)
    : Int16Array.from({ length: bytes.length / 2 }, (_, index) => view.getInt16(index * 2, true));
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
