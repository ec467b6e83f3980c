import { pino } from "pino";
import { expect, test } from "vitest";
import type { CallEvent } from "../../../orchestrator/session/call-events.ts";
import { createEmit } from "../../../orchestrator/session/emit.ts";

function staged(onEvent: (event: CallEvent) => void = () => {}, isRead = true) {
  const told: CallEvent[] = [];
  const lines: string[] = [];
  const noted: string[] = [];
  const ending = new AbortController();
  const emit = createEmit({
    onEvent(event) {
      told.push(event);
      onEvent(event);
    },
    readAloud: { note: (name, text) => void noted.push(`${name}: ${text}`), isEcho: () => false },
    isRead: () => isRead,
    signal: ending.signal,
    log: pino({}, { write: (line: string) => void lines.push(line) }),
  });
  return { emit, told, lines, noted, ending };
}
const CAPTION: CallEvent = { type: "caption", turn: "t1", text: "A cup." };

test("a transport that throws has lost an event, which is logged without its words", () => {
  const { emit, told, lines } = staged(() => {
    throw new RangeError("A cup.");
  });
  emit(CAPTION);
  emit({ type: "state", state: "listening" });
  expect(told.map(({ type }) => type)).toEqual(["caption", "state"]);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { event: "caption", fault: "RangeError" },
    { event: "state", fault: "RangeError" },
  ]);
  expect(lines.join()).not.toContain("A cup.");
});

test("after the end of the call nothing is told", () => {
  const { emit, told, noted, ending } = staged();
  ending.abort();
  emit(CAPTION);
  expect([told, noted]).toEqual([[], []]);
});

test("what the device reads aloud is noted; what a voice of ours says is not", () => {
  const read = staged();
  read.emit(CAPTION);
  read.emit({ type: "hint", hint: "too-dark", text: "Too dark." });
  read.emit({ type: "spoken", turn: "t1", text: "A cup." });
  expect(read.noted).toEqual(["t1: A cup.", "hint: Too dark."]);
  const spoken = staged(undefined, false);
  spoken.emit(CAPTION);
  expect(spoken.noted).toEqual([]);
});
