import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { StoredCall } from "../../../orchestrator/store/calls.ts";
import { openStore, type Store } from "../../../orchestrator/store/store.ts";
import { startAgentChild } from "../../../orchestrator/transports/livekit/agent-child.ts";
import { createHandOver } from "../../../orchestrator/transports/livekit/hand-over.ts";
import { createSupervisor, type Supervisor } from "../../../orchestrator/transports/livekit/supervisor.ts";
import { createSweep } from "../../../orchestrator/transports/livekit/sweep.ts";
import { isAlive } from "../programs.ts";
import { joinAsGuest, type Guest } from "./guest.ts";
import { AGENT, openStage, testLog, type Stage } from "./stage.ts";

const PROGRAM = join(import.meta.dirname, "fake-agent.ts");

let stage: Stage;
let dir: string;
let store: Store;
let supervisor: Supervisor;
let started: string[];
let ended: string[];
let registered: number;
let lost: number;
let sweep: ReturnType<typeof createSweep>;

beforeAll(async () => {
  stage = await openStage();
});

afterEach(async () => {
  await sweep.close();
  await supervisor.end();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

afterAll(() => stage.close());

interface Options {
  readonly recycleMb?: number;
  readonly drainMs?: number;
}

async function start(processes: number, options: Options = {}): Promise<void> {
  dir = await mkdtemp(join(tmpdir(), "sightline-supervisor-"));
  store = await openStore({ dir, retentionDays: 30, log: testLog });
  started = [];
  ended = [];
  registered = 0;
  lost = 0;
  supervisor = supervise(processes, options);
  sweep = createSweep({ service: stage.service, agentName: AGENT, log: testLog, intervalMs: 500 });
  await supervisor.ready;
}

function supervise(processes: number, options: Options = {}): Supervisor {
  return createSupervisor({
    processes,
    store: store.calls,
    log: testLog,
    handOver: createHandOver({ service: stage.service, agentName: AGENT }),
    onCallLost: () => lost++,
    start(process, onWord) {
      const recycleMb = started.length === 0 ? (options.recycleMb ?? 4000) : 4000;
      started.push(process);
      const settings = JSON.stringify({
        access: stage.access,
        dir,
        recycleMb,
        drainMs: options.drainMs ?? 0,
      });
      const child = startAgentChild([globalThis.process.execPath, PROGRAM, process, settings], {
        environment: { ...globalThis.process.env, NODE_ENV: "production" },
        onWord(word) {
          if (word.type === "ready") registered++;
          onWord(word);
        },
      });
      void child.ended.then((how) => ended.push(how));
      return child;
    },
  });
}

interface Served {
  readonly pid: number;
  readonly call: string;
  readonly past: string;
}

/** What the calls of the guest said of themselves, in order. */
function served(guest: Guest): readonly Served[] {
  return guest.data
    .map(({ text }) => JSON.parse(text) as { readonly type: string; readonly text: string })
    .filter(({ type }) => type === "hint")
    .map(({ text }) => {
      const [pid = "", call = "", ...past] = text.split(" ");
      return { pid: Number(pid), call, past: past.join(" ") };
    });
}

const join2 = (room: string, identity: string): Promise<Guest> =>
  joinAsGuest(stage.access, { room, identity, agentName: AGENT });

async function ask(guest: Guest, text: string): Promise<void> {
  await guest.send("sightline.request", { type: "ask", text });
}

test.each([1, 2])(
  "with %i processes, the calls of one that is killed are taken up within 5 s under the same identity",
  async (processes) => {
    await start(processes);
    const guests = await Promise.all(["a", "b"].map((name) => join2(`kill-${processes}-${name}`, name)));
    await vi.waitFor(() => expect(guests.every((guest) => served(guest).length === 1)).toBe(true), 10_000);
    const inRoom = (): readonly (readonly string[])[] =>
      guests.map((guest) => [...guest.room.remoteParticipants.keys()]);
    await expect.poll(() => inRoom().flat()).toHaveLength(2);
    const agents = inRoom();
    for (const guest of guests) await ask(guest, "what is this");
    const remembered = async (): Promise<readonly number[]> =>
      (await stored()).map(({ history }) => history.length);
    await vi.waitFor(async () => expect(await remembered()).toEqual([1, 1]), 5000);
    const { pid } = served(guests[0]!)[0]!;
    const hit = guests.filter((guest) => served(guest)[0]!.pid === pid);
    process.kill(pid, "SIGKILL");
    const killedAtMs = performance.now();
    await vi.waitFor(() => expect(hit.every((guest) => served(guest).length === 2)).toBe(true), {
      timeout: 10_000,
      interval: 20,
    });
    expect(performance.now() - killedAtMs).toBeLessThan(5000);
    for (const guest of hit) {
      const [before, after] = served(guest);
      expect(after).toEqual({ pid: expect.any(Number), call: before!.call, past: "[what is this]" });
      expect(after!.pid).not.toBe(pid);
    }
    await expect.poll(() => inRoom()).toEqual(agents);
    for (const guest of guests) {
      await ask(guest, "and this");
      await guest.leave();
    }
    await vi.waitFor(async () => expect(await stored()).toEqual([]), 5000);
  },
);

test("a fault that nobody caught ends the process when its calls are over, and another takes new ones at once", async () => {
  await start(1);
  const first = await join2("fault-1", "carla");
  await vi.waitFor(() => expect(served(first)).toHaveLength(1), 10_000);
  await ask(first, "throw");
  await vi.waitFor(() => expect(started).toHaveLength(2), 5000);
  const second = await join2("fault-2", "dora");
  await vi.waitFor(() => expect(served(second)).toHaveLength(1), 10_000);
  const { pid } = served(first)[0]!;
  expect(served(second)[0]!.pid).not.toBe(pid);
  // Its own caller is not hung up on.
  await wait(2000);
  expect(isAlive(pid)).toBe(true);
  expect(first.data.filter(({ text }) => text.includes('"ended"'))).toEqual([]);
  await first.leave();
  await vi.waitFor(() => expect(ended).toEqual(["exit 1"]), 10_000);
  await second.leave();
});

test("a process whose memory is beyond the limit is replaced at once, and ends when its calls have ended", async () => {
  await start(1, { recycleMb: 105 });
  const before = await join2("before", "gina");
  await vi.waitFor(() => expect(served(before)).toHaveLength(1), 10_000);
  const { pid } = served(before)[0]!;
  await ask(before, "grow");
  await vi.waitFor(() => expect(started.length).toBe(2), 10_000);
  // Until the other is there, the first one takes calls; then it has to hear that it retires.
  await vi.waitFor(() => expect(registered).toBe(2), 10_000);
  await wait(300);
  const after = await join2("after", "emma");
  await vi.waitFor(() => expect(served(after)).toHaveLength(1), 15_000);
  expect(served(after)[0]!.pid).not.toBe(pid);
  expect(before.data.filter(({ text }) => text.includes('"ended"'))).toEqual([]);
  expect(ended).toEqual([]);
  await before.leave();
  await vi.waitFor(() => expect(ended).toEqual(["exit 0"]), 10_000);
  await after.leave();
});

test("a drain lets calls go on until its limit", async () => {
  await start(1, { drainMs: 3000 });
  const [stays, goes] = await Promise.all([join2("stays", "hugo"), join2("goes", "ina")]);
  for (const guest of [stays, goes]) await vi.waitFor(() => expect(served(guest)).toHaveLength(1), 10_000);
  const beganAtMs = performance.now();
  const drained = supervisor.drain();
  await wait(1000);
  await goes.leave();
  expect(stays.data.filter(({ text }) => text.includes('"ended"'))).toEqual([]);
  await drained;
  expect(performance.now() - beganAtMs).toBeGreaterThan(3000);
  expect(stays.data.at(-1)?.text).toBe('{"type":"ended","reason":"shutdown"}');
  await stays.leave();
});

test("the call of a process that is killed in a drain goes on in the agent that takes its place", async () => {
  await start(1, { drainMs: 60_000 });
  const guest = await join2("drain-kill", "jana");
  await vi.waitFor(() => expect(served(guest)).toHaveLength(1), 10_000);
  await ask(guest, "what is this");
  await vi.waitFor(async () => expect((await stored())[0]?.history).toHaveLength(1), 5000);
  await sweep.close();
  const drained = supervisor.drain();
  const next = supervise(1);
  await next.ready;
  const { pid, call } = served(guest)[0]!;
  process.kill(pid, "SIGKILL");
  await drained;
  expect(lost).toBe(0);
  await vi.waitFor(() => expect(served(guest)).toHaveLength(2), 15_000);
  expect(served(guest)[1]).toEqual({ pid: expect.any(Number), call, past: "[what is this]" });
  expect(guest.data.filter(({ text }) => text.includes('"ended"'))).toEqual([]);
  expect(guest.room.remoteParticipants.size).toBe(1);
  await guest.leave();
  await next.end();
});

test("the call of a process that is killed in a drain counts as lost where no other agent is", async () => {
  await start(1, { drainMs: 60_000 });
  const guest = await join2("drain-alone", "kira");
  await vi.waitFor(() => expect(served(guest)).toHaveLength(1), 10_000);
  await sweep.close();
  const drained = supervisor.drain();
  process.kill(served(guest)[0]!.pid, "SIGKILL");
  await drained;
  expect(lost).toBe(1);
  expect(guest.room.remoteParticipants.size).toBe(0);
  await guest.leave();
});

test("a drain ends each call with its sentence, and then the processes", async () => {
  await start(2);
  const guest = await join2("drain", "fred");
  await vi.waitFor(() => expect(served(guest)).toHaveLength(1), 10_000);
  await supervisor.drain();
  expect(guest.data.at(-1)?.text).toBe('{"type":"ended","reason":"shutdown"}');
  expect(() => process.kill(served(guest)[0]!.pid, 0)).toThrow(/ESRCH/);
  expect(await stored()).toEqual([]);
  await guest.leave();
});

async function stored(): Promise<readonly StoredCall[]> {
  return (await Promise.all(started.map((name) => store.calls.ofProcess(name)))).flat();
}
