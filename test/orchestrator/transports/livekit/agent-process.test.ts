import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import type { StoredCall } from "../../../../orchestrator/store/calls.ts";
import type { Agent, AgentNumbers } from "../../../../orchestrator/transports/livekit/agent.ts";
import {
  isRoomEventFault,
  runAgentProcess,
} from "../../../../orchestrator/transports/livekit/agent-process.ts";
import type { AgentWord } from "../../../../orchestrator/transports/livekit/agent-words.ts";

const numbers: AgentNumbers = {
  calls: 1,
  lagMs: 0,
  loopLagMs: 0,
  stallMs: 0,
  loopUse: 0,
  residentMb: 100,
  load: 0.1,
  reason: "room",
  registered: true,
  draining: false,
  refused: 0,
};

function run(signal: AbortSignal = new AbortController().signal) {
  const lines: string[] = [];
  const words: AgentWord[] = [];
  const did: string[] = [];
  const drained = Promise.withResolvers<void>();
  const fault = Promise.withResolvers<unknown>();
  let hear: (message: unknown) => void = () => {};
  let lose: () => void = () => {};
  const agent: Agent = {
    registered: Promise.resolve("W_1"),
    rooms: () => [],
    numbers: () => numbers,
    takeUp: (orphan) => Promise.resolve(did.push(`take up ${orphan.id}`) > 0 && orphan.room !== "gone"),
    async drain({ withinMs, announced }) {
      did.push(`drain ${withinMs}${announced ? ", announced" : ""}`);
      await drained.promise;
    },
    async end(reason) {
      did.push(`end ${reason}`);
    },
  };
  const code = runAgentProcess({
    agent,
    log: pino({ level: "info" }, { write: (line) => void lines.push(line) }),
    signal,
    drainMs: 5000,
    fault: fault.promise,
    line: {
      send: (word) => words.push(word),
      onWord: (listener) => (hear = listener),
      onLost: (listener) => (lose = listener),
    },
  });
  return { lines, words, did, drained, fault, code, hear: (word: unknown) => hear(word), lose: () => lose() };
}

const orphan = (room: string): StoredCall => ({
  id: "c1",
  room,
  caller: "anna",
  agent: "agent-1",
  process: "dead",
  history: [],
});

afterEach(() => vi.useRealTimers());

test("says when it is registered, and from then on how it is", async () => {
  vi.useFakeTimers();
  const { words, hear, code } = run();
  await vi.advanceTimersByTimeAsync(2100);
  expect(words).toEqual([{ type: "ready" }, { type: "numbers", numbers }]);
  hear({ type: "end" });
  expect(await code).toBe(0);
});

test("says at its end what it has counted since its last report", async () => {
  const { words, hear, code } = run();
  hear({ type: "end" });
  await code;
  expect(words.at(-1)).toEqual({ type: "numbers", numbers });
});

test("drains when told to, when signalled, or when its supervisor is gone, and ends with 0", async () => {
  const stopping = new AbortController();
  const [told, signalled, alone] = [run(), run(stopping.signal), run()];
  told.hear({ type: "drain" });
  told.hear({ type: "drain" });
  stopping.abort();
  alone.lose();
  for (const { did, drained, code } of [told, signalled, alone]) {
    expect(did).toEqual(["drain 5000, announced"]);
    drained.resolve();
    expect(await code).toBe(0);
  }
});

test("who is replaced serves its calls to their end, unless it has to drain meanwhile", async () => {
  const { hear, did, drained, code } = run();
  for (const type of ["retire", "retire", "drain", "retire"]) hear({ type });
  expect(did).toEqual(["drain 7200000", "drain 5000, announced"]);
  drained.resolve();
  expect(await code).toBe(0);
});

test("a process that drains and loses its supervisor ends its calls at once", async () => {
  const { hear, lose, did, code } = run();
  hear({ type: "drain" });
  lose();
  expect(await code).toBe(0);
  expect(did).toEqual(["drain 5000, announced", "end shutdown"]);
});

test("a fault that nobody caught: another is asked for, calls go on to their end, and the code says so", async () => {
  const { fault, words, did, drained, code } = run();
  fault.resolve(new Error("a fault"));
  await vi.waitFor(() => expect(did).toEqual(["drain 7200000"]));
  expect(words).toContainEqual({ type: "retiring" });
  drained.resolve();
  expect(await code).toBe(1);
});

test("takes calls up and says whether it could; what is no word is not heard", async () => {
  const { hear, words, did, code } = run();
  for (const stray of [null, "drain", { type: "reboot" }, { type: "take-up", call: { id: 1 } }]) hear(stray);
  hear({ type: "take-up", call: orphan("here") });
  hear({ type: "take-up", call: orphan("gone") });
  await vi.waitFor(() =>
    expect(words.filter(({ type }) => type === "taken-up")).toEqual([
      { type: "taken-up", call: "c1", done: true },
      { type: "taken-up", call: "c1", done: false },
    ]),
  );
  expect(did).toEqual(["take up c1", "take up c1"]);
  hear({ type: "end" });
  await code;
});

test("a fault is logged by its name and place, without its words", async () => {
  const { fault, drained, code, lines } = run();
  fault.resolve(new RangeError("what Ada asked\n  at home"));
  drained.resolve();
  expect(await code).toBe(1);
  const log = lines.join("");
  expect(log).toContain('"fault":"RangeError"');
  expect(log).toContain("agent-process.test.ts:");
  expect(log).not.toMatch(/Ada|home/);
});

test("only what rtc-node's own event handlers reject with is no fault of the process", () => {
  const at = (file: string): Error =>
    Object.assign(new Error("x"), {
      stack: `TypeError: x\n    at f (${file}:1:1)\n    at g (node:events:1:1)`,
    });
  expect(isRoomEventFault(at("file:///a/node_modules/@livekit/rtc-node/dist/index.js"))).toBe(true);
  expect(isRoomEventFault(at("file:///a/orchestrator/transports/livekit/room-call.ts"))).toBe(false);
  expect(isRoomEventFault(at("node:internal/timers"))).toBe(false);
  expect(isRoomEventFault("x")).toBe(false);
});
