import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { toCallEvent } from "../../web/events.ts";

const EVENTS: readonly CallEvent[] = [
  { type: "state", state: "thinking" },
  { type: "heard", segment: "s1", text: "What is this?", final: false },
  { type: "caption", turn: "t1", text: "A cup" },
  { type: "spoken", turn: "t1", text: "A " },
  { type: "answer-end", turn: "t1", text: "A cup", interrupted: true },
  {
    type: "turn",
    turn: "t1",
    engine: "local",
    reason: "person-in-frame",
    times: { silenceMs: 500, routeMs: 3, ttftMs: 120, firstAudioMs: null },
  },
  { type: "hint", hint: "too-dark", text: "Too dark." },
  { type: "hint", hint: null, text: "" },
  { type: "speech", ear: "deepgram", voice: null },
  { type: "rate", rate: 1.2, by: "caller" },
  { type: "rate", rate: 1.2, by: "persona" },
  { type: "text-only", on: true },
  { type: "ended", reason: "shutdown" },
];

describe("toCallEvent", () => {
  test.each(EVENTS)("reads $type as it was sent", (event) => {
    expect(toCallEvent(bytes(JSON.stringify(event)))).toEqual(event);
  });

  test("takes a rate for the caller's own only when the server says so", () => {
    const read = toCallEvent(bytes('{"type":"rate","rate":1.2}'));
    expect(read).toEqual({ type: "rate", rate: 1.2, by: "persona" });
  });

  test.each([
    '{"type":"dance"}',
    '{"type":"state","state":"singing"}',
    '{"type":"caption","turn":"t1"}',
    '{"type":"rate","rate":"fast"}',
    "[]",
    "null",
    "no json",
  ])("passes over %s", (text) => {
    expect(toCallEvent(bytes(text))).toBeUndefined();
  });

  test("never throws, whatever arrives", () => {
    const types = fc.constantFrom(...EVENTS.map(({ type }) => type));
    const message = fc.tuple(types, fc.object()).map(([type, rest]) => JSON.stringify({ ...rest, type }));
    fc.assert(
      fc.property(fc.oneof(message.map(bytes), fc.uint8Array()), (payload) => {
        expect(() => toCallEvent(payload)).not.toThrow();
      }),
    );
  });
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
