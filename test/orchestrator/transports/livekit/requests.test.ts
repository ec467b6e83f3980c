import { describe, expect, test } from "vitest";
import {
  createRequestLimit,
  MAX_REQUEST_BYTES,
  parseRequest,
  toQuestion,
} from "../../../../orchestrator/transports/livekit/requests.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a request", () => {
  test.each([
    { type: "ask", text: "what is this?" },
    { type: "command", command: "slower" },
    { type: "command", command: "hang-up" },
    { type: "rate", rate: 1.5 },
  ])("%j is taken", (request) => {
    expect(parseRequest(bytes(JSON.stringify(request)))).toEqual(request);
  });

  test.each([
    ["no JSON", bytes("{")],
    ["no text", new Uint8Array([0xc3, 0x28])],
    ["an unknown type", bytes('{"type":"eval"}')],
    ["an unknown command", bytes('{"type":"command","command":"reboot"}')],
    ["a rate that nobody can follow", bytes('{"type":"rate","rate":20}')],
    ["an empty question", bytes('{"type":"ask","text":"  "}')],
    ["a question too long", bytes(JSON.stringify({ type: "ask", text: "a".repeat(4001) }))],
    ["too many bytes", new Uint8Array(MAX_REQUEST_BYTES + 1)],
    ["deep nesting", bytes(`{"type":"ask","text":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)],
    ["null", bytes("null")],
  ])("with %s is refused", (_what, message) => {
    expect(parseRequest(message)).toBeUndefined();
  });

  test("keeps nothing that was not asked for", () => {
    expect(parseRequest(bytes('{"type":"ask","text":" hi ","__proto__":{"a":1},"x":2}'))).toEqual({
      type: "ask",
      text: "hi",
    });
  });
});

test("a chat message is a question unless it is empty or too long", () => {
  expect(toQuestion(" what is this? ")).toEqual({ type: "ask", text: "what is this?" });
  expect(toQuestion("\n")).toBeUndefined();
  expect(toQuestion("a".repeat(5000))).toBeUndefined();
});

test("twenty requests are served at once, then five a second", () => {
  let nowMs = 0;
  const allowed = createRequestLimit(() => nowMs);
  const served = (count: number): number => Array.from({ length: count }, allowed).filter(Boolean).length;
  expect(served(100)).toBe(20);
  nowMs += 1000;
  expect(served(100)).toBe(5);
  nowMs += 3_600_000;
  expect(served(100)).toBe(20);
});
