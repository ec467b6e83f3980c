import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import type { StoredCall } from "../../../../orchestrator/store/calls.ts";
import type { AgentWord, SupervisorWord } from "../../../../orchestrator/transports/livekit/agent-words.ts";
import type { AgentNumbers } from "../../../../orchestrator/transports/livekit/agent.ts";
import { createSupervisor, type Supervisor } from "../../../../orchestrator/transports/livekit/supervisor.ts";
import { createMemoryStore } from "../../../e2e/livekit/memory-store.ts";

/** A process that does what the test says. */
interface FakeChild {
  readonly name: string;
  readonly words: SupervisorWord[];
  say(word: AgentWord): void;
  end(how: string): void;
}

const timing = {
  settledMs: 1000,
  backoffMs: 20,
  maxBackoffMs: 200,
  takeUpMs: 100,
  orphanMs: 2000,
  endMs: 200,
};
const store = createMemoryStore();
let children: FakeChild[] = [];
let startedAtMs: number[] = [];
/** Processes that ended: whether they crashed. */
let gone: boolean[] = [];
let lostCalls = 0;
let handedOver: StoredCall[] = [];
let supervisor: Supervisor;

afterEach(async () => {
  const ended = supervisor.end();
  for (const child of children) child.end("exit 0");
  await ended;
  store.calls.clear();
});

function start(processes: number, onWord: (child: FakeChild, word: SupervisorWord) => void = () => {}): void {
  children = [];
  startedAtMs = [];
  gone = [];
  lostCalls = 0;
  handedOver = [];
  supervisor = createSupervisor({
    processes,
    store,
    log: createLog("silent"),
    timing,
    onGone: (_, crashed) => gone.push(crashed),
    onCallLost: () => lostCalls++,
    async handOver(call) {
      await wait(20);
      handedOver.push(call);
    },
    start(name, say) {
      const ended = Promise.withResolvers<string>();
      const child: FakeChild = { name, words: [], say, end: (how) => ended.resolve(how) };
      children.push(child);
      startedAtMs.push(performance.now());
      return {
        ended: ended.promise,
        send(word) {
          child.words.push(word);
          onWord(child, word);
        },
        kill: () => child.end("SIGKILL"),
      };
    },
  });
}

function keep(id: string, process: string): StoredCall {
  const call = { id, room: `room-${id}`, caller: "anna", agent: "agent-1", process, history: [] };
  store.save(call, store.calls.get(id)?.process);
  return call;
}

const takesUp = (child: FakeChild, word: SupervisorWord): void => {
  if (word.type === "take-up") child.say({ type: "taken-up", call: word.call.id, done: true });
};

test("is ready when as many processes as wanted are registered", async () => {
  start(2);
  let isReady = false;
  void supervisor.ready.then(() => (isReady = true));
  children[0]!.say({ type: "ready" });
  await wait(5);
  expect(isReady).toBe(false);
  children[1]!.say({ type: "ready" });
  await supervisor.ready;
});

test("a process that crashes is replaced at once the first time, then ever later", async () => {
  start(1);
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
  start(3, takesUp);
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
  start(1, takesUp);
  const orphan = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children).toHaveLength(2));
  store.save({ ...orphan, process: "elsewhere" }, orphan.process);
  children[1]!.say({ type: "ready" });
  await wait(100);
  expect(children[1]!.words).toEqual([]);
  expect(store.calls.get("a")?.process).toBe("elsewhere");
  expect(lostCalls).toBe(0);
});

test("without another process the replacement takes them up", async () => {
  start(1, takesUp);
  children[0]!.say({ type: "ready" });
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children).toHaveLength(2));
  await wait(30);
  children[1]!.say({ type: "ready" });
  await vi.waitFor(() => expect(children[1]!.words).toEqual([{ type: "take-up", call }]));
});

test("a process that cannot take a call up, or does not answer, is followed by the next", async () => {
  start(3, (child, word) => {
    if (child === children[1]) return;
    if (word.type === "take-up") child.say({ type: "taken-up", call: word.call.id, done: true });
  });
  for (const child of children) child.say({ type: "ready" });
  children[2]!.say({ type: "numbers", numbers: { calls: 0.5 } as AgentNumbers });
  keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children[2]!.words).toHaveLength(1));
  expect(children[1]!.words).toHaveLength(1);
});

test("a call that ends every process that has it is not given to a third", async () => {
  start(1, (child, word) => {
    if (word.type !== "take-up") return;
    child.say({ type: "taken-up", call: word.call.id, done: true });
    keep(word.call.id, child.name);
    child.end("SIGSEGV");
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
  expect(lostCalls).toBe(1);
  expect(gone).toEqual([true, true, true]);
});

test("who retires is told to when another is ready, and is not replaced twice", async () => {
  start(1);
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

test("a drain reaches who has retired and still serves", async () => {
  start(1);
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
  start(2);
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
  start(2, takesUp);
  for (const child of children) child.say({ type: "ready" });
  const drained = supervisor.drain();
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await vi.waitFor(() => expect(children[1]!.words.at(-1)).toEqual({ type: "take-up", call }));
  children[1]!.end("exit 0");
  await drained;
  expect(children).toHaveLength(2);
  expect([handedOver, lostCalls]).toEqual([[], 0]);
});

test("with no process left it is handed to another agent before the drain is over, and stays in the store", async () => {
  start(2, (child, word) => {
    // Its own last call has just ended.
    if (word.type === "take-up") child.end("exit 0");
  });
  for (const child of children) child.say({ type: "ready" });
  const drained = supervisor.drain();
  const call = keep("a", children[0]!.name);
  children[0]!.end("SIGKILL");
  await drained;
  expect(children[1]!.words).toEqual([{ type: "drain" }, { type: "take-up", call }]);
  expect(handedOver).toEqual([call]);
  expect(store.calls.get("a")).toEqual(call);
  expect(lostCalls).toBe(0);
});

test("a call that waits for a process when a drain begins is handed over, too", async () => {
  start(1, takesUp);
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
  start(1);
  children[0]!.say({ type: "ready" });
  keep("a", children[0]!.name);
  await supervisor.end();
  await vi.waitFor(() => expect(store.calls.size).toBe(0));
  expect(handedOver).toEqual([]);
});

test("an end cuts whoever does not end by itself", async () => {
  start(1);
  const before = performance.now();
  await supervisor.end();
  expect(children[0]!.words).toEqual([{ type: "end" }]);
  expect(performance.now() - before).toBeLessThan(1000);
});
