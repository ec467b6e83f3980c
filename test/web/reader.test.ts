import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { createReader, type Mouth } from "../../web/reader.ts";

describe("createReader", () => {
  test("gives whole sentences to whoever says them, the last one at the answer's end", () => {
    const { hear, said } = start("screen-reader");
    hear(caption("A chair. A ta"), caption("ble."), end("A chair. A table."));
    expect(said).toEqual(["screen-reader: A chair.", "screen-reader: A table."]);
  });

  test("says nothing while the server's voice speaks", () => {
    const { hear, said } = start("server");
    hear(caption("A chair. "), end("A chair."));
    expect(said).toEqual([]);
  });

  test("a sentence that was never announced is said when it is over, once", () => {
    const { hear, said } = start("device");
    hear(end("The camera is off."), end("The camera is off."));
    expect(said).toEqual(["device: The camera is off."]);
  });

  test("what was never announced of an answer is said at its end", () => {
    const { hear, said } = start("screen-reader");
    hear(caption("A chair. A ta"), end("A chair. A table."));
    expect(said).toEqual(["screen-reader: A chair.", "screen-reader: A table."]);
  });

  test("an answer that ends in other words than announced is not said twice", () => {
    const { hear, said } = start("screen-reader");
    hear(caption("A  chair. A ta"), end("A chair. A table."));
    expect(said).toEqual(["screen-reader: A  chair.", "screen-reader: A ta"]);
  });

  test("an interrupted answer is dropped", () => {
    const { hear, said } = start("device");
    hear(caption("A chair. A ta"), end("A chair.", true));
    expect(said).toEqual(["device: A chair.", "device stops"]);
  });

  test("the caller's words stop the device's voice", () => {
    const { hear, said } = start("device");
    hear(caption("A chair. "), { type: "heard", segment: "s", text: "Thanks", final: true });
    expect(said).toEqual(["device: A chair.", "device stops"]);
  });

  test("a new answer does not begin with the rest of the last one", () => {
    const { hear, said } = start("device");
    hear(caption("A chair"), caption("A table. ", "t2"));
    expect(said).toEqual(["device: A table."]);
  });
});

function start(mouth: Mouth) {
  const said: string[] = [];
  const reader = createReader(() => mouth, {
    device: { say: (text) => said.push(`device: ${text}`), stop: () => said.push("device stops") },
    "screen-reader": { say: (text) => said.push(`screen-reader: ${text}`), stop: () => {} },
  });
  const hear = (...events: readonly CallEvent[]) => {
    for (const event of events) reader.hear(event);
  };
  return { hear, said };
}

function caption(text: string, turn = "t1"): CallEvent {
  return { type: "caption", turn, text };
}

function end(text: string, interrupted = false): CallEvent {
  return { type: "answer-end", turn: "t1", text, interrupted };
}
