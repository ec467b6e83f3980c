/** The samples' bytes, little-endian, in a buffer of their own: what a socket queues must not change. */
export function toBytes(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.slice().buffer);
}

/** Cuts audio into messages of one size. */
export interface Batches {
  push(samples: Int16Array): void;
  /** Sends what is left over, shorter than the rest. */
  flush(): void;
}

/** Calls `send` with exactly `size` samples at a time. What it is given is used again: copy it. */
export function createBatches(size: number, send: (samples: Int16Array) => void): Batches {
  const buffer = new Int16Array(size);
  let filled = 0;
  const flush = (): void => {
    if (filled > 0) send(buffer.subarray(0, filled));
    filled = 0;
  };
  return {
    flush,
    push(samples) {
      for (let offset = 0; offset < samples.length;) {
        const part = samples.subarray(offset, offset + size - filled);
        buffer.set(part, filled);
        filled += part.length;
        offset += part.length;
        if (filled === size) flush();
      }
    },
  };
}

/** 50 ms: small enough to wait for, large enough that a second of audio is no storm of messages. */
export const BATCH_SAMPLES = 800;
