import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSseParser } from "../../../orchestrator/engines/sse-events.ts";

describe("server-sent events", () => {
  it.each([
    ["a line feed", "data: a\n\ndata: b\n\n", ["a", "b"]],
    ["CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]],
    ["a carriage return", "data: a\r\rdata: b\r\r", ["a", "b"]],
    ["a mixture", "data: a\r\n\ndata: b\n\r\n", ["a", "b"]],
    ["several data lines", "data: a\ndata:b\ndata:  c\n\n", ["a\nb\n c"]],
    ["comments", ": keep-alive\n\n:\ndata: a\n: more\n\n", ["a"]],
    ["other fields", "event: message\nid: 1\nretry: 10\ndata: a\n\n", ["a"]],
    ["no data", "event: message\n\ndata:\n\ndata\n\n\n\n", []],
    ["a byte order mark", "\uFEFFdata: a\n\n", ["a"]],
    ["an open end", "data: a\n\ndata: b\n", ["a"]],
  ])("with %s", (_name, text, expected) => {
    expect(parse([Buffer.from(text)])).toEqual({ events: expected });
  });

  it("gives the data that the end of the stream left open", () => {
    const parser = createSseParser("local");
    expect([...parser.push(Buffer.from("data: a\n\ndata: [DONE]"))]).toEqual(["a"]);
    expect(parser.rest()).toBe("[DONE]");
  });

  it("reads any events of any text in any pieces", () => {
    const line = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/gu, "·"));
    const event = fc.array(line, { minLength: 1, maxLength: 3 }).filter((lines) => lines.join("\n") !== "");
    const newline = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(fc.array(event), newline, fc.array(fc.nat()), (events, end, sizes) => {
        const body = Buffer.from(
          events
            .map((lines) => `${lines.map((each) => `data: ${each}${end}`).join("")}: note${end}${end}`)
            .join(""),
        );
        const expected = events.map((lines) => lines.join("\n"));
        expect(parse(chop(body, sizes))).toEqual({ events: expected });
      }),
    );
  });

  it("reads or refuses any bytes, the same in any pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (bytes, sizes) => {
        expect(parse(chop(bytes, sizes))).toEqual(parse([bytes]));
      }),
    );
  });

  it.each([
    ["bytes that are not UTF-8", [0xff, 0xfe, 0x0a]],
    ["half a character at a line's end", [...Buffer.from("data: "), 0xe2, 0x82, 0x0a]],
    ["a surrogate", [...Buffer.from("data: "), 0xed, 0xa0, 0x80, 0x0a]],
    ["a line that is no field", [...Buffer.from("hello\n")]],
    ["control characters before a field", [...Buffer.from("\u0000\u0001data: a\n")]],
    ["a byte order mark later on", [...Buffer.from("data: a\n\n\uFEFFdata: b\n")]],
  ])("refuses %s", (_name, bytes) => {
    expect(parse([Uint8Array.from(bytes)]).code).toBe("decode");
  });

  it.each(["x".repeat(70_000), `data: ${"x".repeat(69_993)}\n`])(
    "refuses an event that does not end",
    (piece) => {
      const parsed = parse(Array.from({ length: 20 }, () => Buffer.from(piece)));
      expect(parsed).toEqual({ events: [], code: "decode" });
    },
  );
});

function parse(chunks: readonly Uint8Array[]): { events: string[]; code?: string } {
  const parser = createSseParser("local");
  const events: string[] = [];
  try {
    for (const chunk of chunks) for (const event of parser.push(chunk)) events.push(event);
    return { events };
  } catch (error) {
    return { events, code: (error as { code: string }).code };
  }
}

function chop(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let from = 0;
  for (const size of sizes) {
    const to = Math.min(bytes.length, from + (size % 9));
    chunks.push(bytes.subarray(from, to));
    from = to;
  }
  return [...chunks, bytes.subarray(from)];
}
