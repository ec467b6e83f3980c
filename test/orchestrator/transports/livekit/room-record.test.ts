import { expect, test } from "vitest";
import type { CallStore } from "../../../../orchestrator/store/calls.ts";
import { createRoomRecord } from "../../../../orchestrator/transports/livekit/room-record.ts";
import { createMemoryStore } from "../../../e2e/livekit/memory-store.ts";
import { jpegOf, pastOf } from "../../../standins/turn.ts";

/** No wait: whoever looks for a left call is not kept. */
const hurried = AbortSignal.abort();
const call = { id: "call-1", caller: "anna", history: [] };

function staged(process = "this", ofRoom?: CallStore["ofRoom"]) {
  const memory = createMemoryStore();
  const { calls } = memory;
  const store: CallStore = { ...memory, ofRoom: ofRoom ?? ((room) => memory.ofRoom(room)) };
  const record = (name: string) => createRoomRecord({ store, room: "room", agent: "agent-1", process: name });
  return { calls, record: record(process), other: record("other") };
}

test("a call is kept with its words and without its pictures", () => {
  const { calls, record } = staged();
  record.save({ ...call, history: [pastOf({ answer: "A cup.", jpeg: jpegOf("cup") })] });
  expect(calls.get("call-1")).toMatchObject({
    room: "room",
    caller: "anna",
    agent: "agent-1",
    process: "this",
    history: [{ answer: "A cup.", jpeg: null, clear: null }],
  });
});

test("a call that another process left behind is found by its own caller only", async () => {
  const { record, other } = staged();
  other.save(call);
  expect(await record.leftBehind("anna", hurried)).toMatchObject({ id: "call-1", process: "other" });
  expect(await record.leftBehind("ben", hurried)).toBeUndefined();
  expect(await other.leftBehind("anna", hurried)).toBeUndefined();
});

test("a store that cannot be read has left nothing behind", async () => {
  const { record } = staged("this", () => Promise.reject(new Error("gone")));
  expect(await record.leftBehind("anna", hurried)).toBeUndefined();
});

test("a call that is over is forgotten, unless another process goes on with it under its name", () => {
  const { calls, record } = staged();
  record.save(call);
  record.over(call.id, "taken-over");
  expect(calls.size).toBe(1);
  record.over(call.id, "left");
  expect(calls.size).toBe(0);
});

test("a call that was taken up is its new process's, whatever the old one still says", async () => {
  const { calls, record, other } = staged();
  other.save(call);
  const found = await record.leftBehind("anna", hurried);
  record.save({ ...call, takenFrom: found?.process });
  expect(calls.get("call-1")?.process).toBe("this");
  other.save({ ...call, history: [pastOf({ answer: "Late." })] });
  other.over(call.id, "lost");
  expect(calls.get("call-1")).toMatchObject({ process: "this", history: [] });
});
