import { expect, test } from "vitest";
import type { VerdictValue } from "../../../orchestrator/turn/turn.ts";
import { createClearRecord } from "../../../orchestrator/vision/clear-record.ts";
import { frameOf, verdictOf } from "../../standins/turn.ts";

const { signal } = new AbortController();

/** Has a frame of this name judged by a gate that is watched. */
async function judge(
  record: ReturnType<typeof createClearRecord>,
  id: string,
  value: VerdictValue = "clear",
) {
  const frame = frameOf({ id });
  await record.watch(() => Promise.resolve(verdictOf(frame, { value })))(frame, signal);
  return frame.gated.sha256;
}

test("only what was judged clear is clear", async () => {
  const record = createClearRecord();
  expect(record.has(await judge(record, "room"))).toBe(true);
  expect(record.has(await judge(record, "person", "person"))).toBe(false);
  expect(record.has(await judge(record, "blur", "unknown"))).toBe(false);
  expect(record.has(frameOf({ id: "never seen" }).gated.sha256)).toBe(false);
});

test("the gate itself is unchanged: its promise is handed on, its fault too", async () => {
  const record = createClearRecord();
  const frame = frameOf();
  const verdict = Promise.resolve(verdictOf(frame));
  expect(record.watch(() => verdict)(frame, signal)).toBe(verdict);
  const fault = Promise.reject(new Error("gone"));
  await expect(record.watch(() => fault)(frame, signal)).rejects.toThrow("gone");
});

test("memory is bounded: the oldest is forgotten, and what is asked for stays", async () => {
  const record = createClearRecord(10);
  const kept = await judge(record, "kept");
  const forgotten = await judge(record, "forgotten");
  for (let at = 0; at < 40; at++) {
    await judge(record, `frame ${at}`);
    expect(record.has(kept)).toBe(true);
  }
  expect(record.has(forgotten)).toBe(false);
});
