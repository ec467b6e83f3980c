import { describe, expect, test } from "vitest";
import { createOutbox } from "../../../orchestrator/store/outbox.ts";
import { entry, storedCall } from "./entry.ts";

const turns = (outbox: ReturnType<typeof createOutbox>) => outbox.batch().entries.map(({ turn }) => turn);

describe("outbox", () => {
  test("keeps what came in while a batch was being written", () => {
    const outbox = createOutbox(10);
    outbox.addEntry(entry("a"));
    outbox.saveCall(storedCall("c"));
    const batch = outbox.batch();
    outbox.addEntry(entry("b"));
    const later = storedCall("c", { process: "other" });
    outbox.saveCall(later);
    outbox.stored(batch);
    expect(outbox.batch()).toEqual({ entries: [entry("b")], calls: [{ type: "save", call: later }] });
    outbox.stored(outbox.batch());
    expect(outbox.empty).toBe(true);
  });

  test("keeps of a call only its latest word", () => {
    const outbox = createOutbox(10);
    for (const process of ["1", "2", "3"]) outbox.saveCall(storedCall("c", { process }), "0");
    expect(outbox.batch().calls).toEqual([
      { type: "save", call: storedCall("c", { process: "3" }), takenFrom: "0" },
    ]);
    outbox.removeCall("c", "3");
    expect(outbox.batch().calls).toEqual([{ type: "remove", id: "c", process: "3" }]);
  });

  test("drops the oldest beyond its limit, and counts it", () => {
    const outbox = createOutbox(2);
    for (const turn of ["a", "b", "c"]) outbox.addEntry(entry(turn));
    for (const id of ["x", "y", "z"]) outbox.removeCall(id, "process-1");
    expect(turns(outbox)).toEqual(["b", "c"]);
    expect(outbox.batch().calls.map((write) => write.type === "remove" && write.id)).toEqual(["y", "z"]);
    expect(outbox.dropped).toBe(2);
  });

  test("knows a caller's entries, newest first, of one call when asked", () => {
    const outbox = createOutbox(5);
    outbox.addEntry(entry("a"));
    outbox.addEntry(entry("b", { call: "call-2" }));
    outbox.addEntry(entry("c", { caller: "bob" }));
    const of = (call?: string) => outbox.ofCaller("ada", call).map(({ turn }) => turn);
    expect([of(), of("call-1"), of("call-3")]).toEqual([["b", "a"], ["a"], []]);
  });

  test("forgets a caller's entries", () => {
    const outbox = createOutbox(5);
    outbox.addEntry(entry("a"));
    outbox.addEntry(entry("b", { caller: "bob" }));
    outbox.forget("ada");
    expect(turns(outbox)).toEqual(["b"]);
  });
});
