import { expect, test } from "vitest";
import { createFrameEnds } from "../../../orchestrator/http/frame-ends.ts";

const frame = (length: number, mask = 0): Buffer => {
  const head =
    length < 126
      ? [0x82, mask | length]
      : length < 65_536
        ? [0x82, mask | 126, length >> 8, length & 255]
        : [0x82, mask | 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from(head), Buffer.alloc((mask ? 4 : 0) + length, 0x7f)]);
};

test.each([[0], [1], [125], [126], [65_535], [65_536]])(
  "a frame of %d bytes ends where it ends",
  (length) => {
    for (const mask of [0, 0x80]) {
      const bytes = frame(length, mask);
      const ends = createFrameEnds();
      expect(ends.pass(bytes.subarray(0, -1))).toBe(0);
      expect(ends.between).toBe(false);
      expect(ends.pass(bytes.subarray(-1))).toBe(1);
      expect(ends.between).toBe(true);
    }
  },
);

test("however the bytes come, the ends are the same", () => {
  const frames = [3, 0, 200, 125, 70_000, 1].map((length) => frame(length));
  const bytes = Buffer.concat(frames);
  let end = 0;
  const expected = frames.map(({ length }) => (end += length));
  for (const size of [1, 2, 3, 7, 1000, bytes.length]) {
    const ends = createFrameEnds();
    const found = new Set<number>();
    for (let at = 0; at < bytes.length; at += size) {
      const whole = ends.pass(bytes.subarray(at, at + size));
      if (whole > 0) found.add(at + whole);
    }
    if (size < 3) expect([...found]).toEqual(expected);
    expect(found.has(bytes.length)).toBe(true);
    expect(ends.between).toBe(true);
  }
});
