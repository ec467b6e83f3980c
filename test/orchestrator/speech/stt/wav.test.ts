import { expect, test } from "vitest";
import { toWav } from "../../../../orchestrator/speech/stt/wav.ts";

test("a WAV file holds 16 kHz mono samples behind a head that says so", () => {
  const file = Buffer.from(toWav([Int16Array.of(1, -2), Int16Array.of(300)]));
  expect(file.length).toBe(50);
  expect(file.toString("latin1", 0, 4)).toBe("RIFF");
  expect(file.readUInt32LE(4)).toBe(42);
  expect(file.toString("latin1", 8, 16)).toBe("WAVEfmt ");
  expect([file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt32LE(24)]).toEqual([1, 1, 16_000]);
  expect([file.readUInt32LE(28), file.readUInt16LE(32), file.readUInt16LE(34)]).toEqual([32_000, 2, 16]);
  expect(file.readUInt32LE(40)).toBe(6);
  expect([0, 1, 2].map((index) => file.readInt16LE(44 + index * 2))).toEqual([1, -2, 300]);
});
