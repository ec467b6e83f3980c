/** The head of a mono 16-bit WAV whose writer does not know its length, as espeak-ng writes it. */
export function wavHead(
  sampleRate: number,
  options: { channels?: number; bits?: number; format?: number; extra?: Buffer } = {},
): Buffer {
  const { channels = 1, bits = 16, format = 1, extra = Buffer.alloc(0) } = options;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(0x7ffff024, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(format, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE((sampleRate * channels * bits) / 8, 28);
  head.writeUInt16LE((channels * bits) / 8, 32);
  head.writeUInt16LE(bits, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(0x7ffff000, 40);
  return Buffer.concat([head.subarray(0, 36), extra, head.subarray(36)]);
}
