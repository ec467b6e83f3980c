import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collect } from "../../standins/turn.ts";
import { readEventStream, type StreamEvent } from "../../../web/lib/event-stream.ts";

const STREAM =
  'event: text\ndata: {"text":"Zwei Stühle"}\n\n:\n\ndata: a\ndata: b\n\nevent: end\r\ndata: {}\r\n\r\n';
const EVENTS: readonly StreamEvent[] = [
  { name: "text", data: '{"text":"Zwei Stühle"}' },
  { name: "message", data: "a\nb" },
  { name: "end", data: "{}" },
];

describe("readEventStream", () => {
  test("reads the same events however the bytes are cut", async () => {
    const bytes = new TextEncoder().encode(STREAM);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length)), async (cuts) => {
        expect(await read(cut(bytes, cuts))).toEqual(EVENTS);
      }),
    );
  });

  test("an event that the end of the body cuts short still counts; a lone event name does not", async () => {
    expect(await read([new TextEncoder().encode("data: last")])).toEqual([{ name: "message", data: "last" }]);
    expect(await read([new TextEncoder().encode("event: text\n\n")])).toEqual([]);
  });
});

async function read(chunks: readonly Uint8Array[]): Promise<readonly StreamEvent[]> {
  return collect(
    readEventStream(
      (async function* () {
        yield* chunks;
      })(),
    ),
  );
}

function cut(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.slice(at[index], end));
}
