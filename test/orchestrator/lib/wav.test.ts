import { expect, test } from "vitest";
import { writeWav } from "../../../orchestrator/lib/wav.ts";

test("a WAV file has the header that every player reads", () => {
  const bytes = writeWav({ samples: Int16Array.of(1, -1), sampleRate: 16_000 });
  expect(Buffer.from(bytes).toString("latin1")).toBe(
    "RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\x04\0\0\0\x01\0\xff\xff",
  );
});
