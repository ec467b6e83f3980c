import { expect, test } from "vitest";
import { createSendQueue } from "../../../../orchestrator/transports/livekit/send-queue.ts";

function recorder() {
  const sent: string[] = [];
  const gate = Promise.withResolvers<void>();
  const queue = createSendQueue();
  queue.add(() => gate.promise);
  const add = (what: string, key?: string): void => queue.add(async () => void sent.push(what), key);
  return { sent, gate, queue, add };
}

test("things are sent in order, one at a time, and one that fails does not stop the next", async () => {
  const { sent, gate, queue, add } = recorder();
  add("a");
  queue.add(() => Promise.reject(new Error("not connected")));
  add("b");
  expect(sent).toEqual([]);
  gate.resolve();
  await queue.idle();
  expect(sent).toEqual(["a", "b"]);
  add("c");
  await queue.idle();
  expect(sent).toEqual(["a", "b", "c"]);
});

test("what waits under a key gives way to what is newer, in its place", async () => {
  const { sent, gate, queue, add } = recorder();
  add("wor", "word");
  add("state");
  add("words", "word");
  gate.resolve();
  await queue.idle();
  expect(sent).toEqual(["words", "state"]);
});

test("a connection that takes nothing costs the oldest, not memory", async () => {
  const dropped: string[] = [];
  const sent: number[] = [];
  const gate = Promise.withResolvers<void>();
  const queue = createSendQueue(() => dropped.push("one"));
  queue.add(() => gate.promise);
  for (let at = 0; at < 250; at++) queue.add(async () => void sent.push(at));
  gate.resolve();
  await queue.idle();
  expect(dropped).toHaveLength(50);
  expect(sent).toEqual(Array.from({ length: 200 }, (_, at) => at + 50));
});

test("after its end nothing is sent", async () => {
  const { sent, gate, queue, add } = recorder();
  add("a");
  queue.close();
  add("b");
  gate.resolve();
  await queue.idle();
  expect(sent).toEqual([]);
});
