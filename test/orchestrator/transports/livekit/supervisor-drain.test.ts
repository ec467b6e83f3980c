import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { keep, start, store, takesUp } from "./supervised.ts";

test("a drain reaches who has retired and still serves", async () => {
  const { supervisor, children } = start(1);
  children[0]!.say({ type: "ready" });
  children[0]!.say({ type: "retiring" });
  await vi.waitFor(() => expect(children).toHaveLength(2));
  children[1]!.say({ type: "ready" });
  await vi.waitFor(() => expect(children[0]!.words).toEqual([{ type: "retire" }]));
  const drained = supervisor.drain();
  for (const { words } of children) expect(words.at(-1)).toEqual({ type: "drain" });
  for (const child of children) child.end("exit 0");
  await drained;
});

test("a drain tells every process and waits for the last; nothing is started after it", async () => {
  const { supervisor, children } = start(2);
  for (const child of children) child.say({ type: "ready" });
  let isDrained = false;
  const drained = supervisor.drain().then(() => (isDrained = true));
  expect(children.map(({ words }) => words)).toEqual([[{ type: "drain" }], [{ type: "drain" }]]);
  children[0]!.end("exit 0");
  await wait(10);
  expect(isDrained).toBe(false);
  children[1]!.end("exit 0");
  await drained;
  expect(children).toHaveLength(2);
});

test("the call of a process that crashes in a drain goes on in one that still drains", async () => {
  const { supervisor, children, handedOver, lostCalls } = start(2, { onWord: takesUp });
  for (const child of children) child.say({ type: "ready" });
  const drained = supervisor.drain();
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children[1]!.words.at(-1)).toEqual({ type: "take-up", call }));
  children[1]!.end("exit 0");
  await drained;
  expect(children).toHaveLength(2);
  expect([handedOver, lostCalls()]).toEqual([[], 0]);
});

test("with no process left it is handed to another agent before the drain is over, and stays in the store", async () => {
  const { supervisor, children, handedOver, lostCalls } = start(2, {
    onWord: (child, word) => {
      // Its own last call has just ended.
      if (word.type === "take-up") child.end("exit 0");
    },
  });
  for (const child of children) child.say({ type: "ready" });
  const drained = supervisor.drain();
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await drained;
  expect(children[1]!.words).toEqual([{ type: "drain" }, { type: "take-up", call }]);
  expect(handedOver).toEqual([call]);
  expect(store.calls.get("a")).toEqual(call);
  expect(lostCalls()).toBe(0);
});

test("a draining process that cannot take it up is asked once, and then another agent", async () => {
  const { supervisor, children, handedOver, lostCalls } = start(2, {
    onWord: (child, word) => {
      if (word.type === "take-up") child.say({ type: "taken-up", call: word.call.id, done: false });
    },
  });
  for (const child of children) child.say({ type: "ready" });
  const drained = supervisor.drain();
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(handedOver).toEqual([call]), 500);
  expect(children[1]!.words).toEqual([{ type: "drain" }, { type: "take-up", call }]);
  children[1]!.end("exit 0");
  await drained;
  expect([handedOver.length, lostCalls()]).toEqual([1, 0]);
});

test.each([
  ["to nobody", async () => false],
  ["in vain", () => Promise.reject(new Error("the server is away"))],
])(
  "a call that is handed over %s counts as lost, and stays in the store for who comes late",
  async (_, how) => {
    const { supervisor, children, handedOver, lostCalls } = start(1, { handsOver: how });
    children[0]!.say({ type: "ready" });
    const drained = supervisor.drain();
    const call = keep("a", children[0]!.name);
    children[0]!.end("SIGKILL");
    await drained;
    expect([handedOver, lostCalls()]).toEqual([[call], 1]);
    expect(store.calls.get("a")).toEqual(call);
  },
);

test("an end does not wait for another agent", async () => {
  const { supervisor, children, handedOver, lostCalls } = start(1, {
    handsOver: async (signal) => {
      await once(signal, "abort");
      return false;
    },
  });
  children[0]!.say({ type: "ready" });
  const drained = supervisor.drain();
  keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(handedOver).toHaveLength(1));
  await supervisor.end();
  await drained;
  expect(lostCalls()).toBe(1);
});

test("a call that waits for a process when a drain begins is handed over, too", async () => {
  const { supervisor, children, handedOver } = start(1, { onWord: takesUp });
  children[0]!.say({ type: "ready" });
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children).toHaveLength(2));
  const drained = supervisor.drain();
  await vi.waitFor(() => expect(handedOver).toEqual([call]));
  children[1]!.end("exit 0");
  await drained;
});

test("an end hands nothing over: what it cuts is over", async () => {
  const { supervisor, children, handedOver } = start(1);
  children[0]!.say({ type: "ready" });
  keep("a", children[0]!.name);
  await supervisor.end();
  await vi.waitFor(() => expect(store.calls.size).toBe(0));
  expect(handedOver).toEqual([]);
});
