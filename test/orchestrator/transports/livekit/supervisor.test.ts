import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { AgentNumbers } from "../../../../orchestrator/transports/livekit/agent.ts";
import { keep, start, store, takesUp } from "./supervised.ts";
import { timed } from "../../../standins/timed.ts";

const TIMED = timed();

test("is ready when as many processes as wanted are registered", async () => {
  const { supervisor, children } = start(2);
  let isReady = false;
  void supervisor.ready.then(() => (isReady = true));
  children[0]!.say({ type: "ready" });
  await wait(5);
  expect(isReady).toBe(false);
  children[1]!.say({ type: "ready" });
  await supervisor.ready;
});

test("a process that crashes is replaced at once the first time, then ever later", TIMED, async () => {
  const { children, startedAtMs } = start(1);
  for (let at = 0; at < 5; at++) {
    await vi.waitFor(() => expect(children).toHaveLength(at + 1));
    children[at]!.end("SIGSEGV");
  }
  await vi.waitFor(() => expect(children).toHaveLength(6));
  const pauses = startedAtMs.slice(1).map((atMs, at) => atMs - startedAtMs[at]!);
  expect(pauses[0]).toBeLessThan(50);
  expect(pauses[4]!).toBeGreaterThan(190);
});

test("the calls of a process that crashed go to living ones, the least busy first", async () => {
  const { children } = start(3, { onWord: takesUp });
  for (const child of children) child.say({ type: "ready" });
  children[1]!.say({ type: "numbers", numbers: { calls: 5 } as AgentNumbers });
  const first = keep("a", children[0]!.name);
  const second = keep("b", children[0]!.name);
  keep("other", children[1]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children[2]!.words).toHaveLength(2));
  expect(children[2]!.words).toEqual([
    { type: "take-up", call: first },
    { type: "take-up", call: second },
  ]);
  expect(children[1]!.words).toEqual([]);
});

test("a call that another machine has taken up meanwhile is left to it", async () => {
  const { children, lostCalls } = start(1, { onWord: takesUp });
  const orphan = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children).toHaveLength(2));
  store.save({ ...orphan, process: "elsewhere" }, orphan.process);
  children[1]!.say({ type: "ready" });
  await wait(100);
  expect(children[1]!.words).toEqual([]);
  expect(store.calls.get("a")?.process).toBe("elsewhere");
  expect(lostCalls()).toBe(0);
});

test("without another process the replacement takes them up", async () => {
  const { children } = start(1, { onWord: takesUp });
  children[0]!.say({ type: "ready" });
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children).toHaveLength(2));
  await wait(30);
  children[1]!.say({ type: "ready" });
  await vi.waitFor(() => expect(children[1]!.words).toEqual([{ type: "take-up", call }]));
});

test("a process that cannot take a call up, or does not answer, is followed by the next", async () => {
  const { children } = start(3, {
    onWord: (child, word, all) => {
      if (child !== all[1]) takesUp(child, word);
    },
  });
  for (const child of children) child.say({ type: "ready" });
  children[2]!.say({ type: "numbers", numbers: { calls: 0.5 } as AgentNumbers });
  keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children[2]!.words).toHaveLength(1));
  expect(children[1]!.words).toHaveLength(1);
});

test("a call that ends every process that has it is not given to a third", async () => {
  const { children, gone, lostCalls } = start(1, {
    onWord: (child, word) => {
      if (word.type !== "take-up") return;
      takesUp(child, word);
      keep(word.call.id, child.name);
      child.end("SIGSEGV");
    },
  });
  children[0]!.say({ type: "ready" });
  keep("poison", children[0]!.name);
  children[0]!.end("SIGSEGV");
  for (let at = 1; at < 4; at++) {
    await vi.waitFor(() => expect(children).toHaveLength(at + 1));
    children[at]!.say({ type: "ready" });
    await wait(20);
  }
  await vi.waitFor(() => expect(store.calls.size).toBe(0));
  expect(children.flatMap(({ words }) => words)).toHaveLength(2);
  expect(lostCalls()).toBe(1);
  expect(gone).toEqual([true, true, true]);
});

test("who retires is told to when another is ready, and is not replaced twice", async () => {
  const { children, gone } = start(1);
  children[0]!.say({ type: "ready" });
  children[0]!.say({ type: "retiring" });
  children[0]!.say({ type: "retiring" });
  await vi.waitFor(() => expect(children).toHaveLength(2));
  expect(children[0]!.words).toEqual([]);
  children[1]!.say({ type: "ready" });
  await vi.waitFor(() => expect(children[0]!.words).toEqual([{ type: "retire" }]));
  children[0]!.end("exit 0");
  await wait(30);
  expect(children).toHaveLength(2);
  expect(gone).toEqual([false]);
});

test("an end cuts whoever does not end by itself", async () => {
  const { supervisor, children } = start(1);
  const before = performance.now();
  await supervisor.end();
  expect(children[0]!.words).toEqual([{ type: "end" }]);
  expect(performance.now() - before).toBeLessThan(1000);
});
