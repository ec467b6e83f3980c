import { afterEach, expect, test } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import type { RoomService, RoomState } from "../../../../orchestrator/transports/livekit/room-service.ts";
import { createSweep } from "../../../../orchestrator/transports/livekit/sweep.ts";

const asked = { id: "AD_1", metadata: "from a token", createdAtMs: 0 };
const caller = { identity: "anna", joinedAtMs: 0 };
let closing: (() => Promise<void>) | undefined;

afterEach(() => closing?.());

function staged(states: Record<string, RoomState>) {
  const done: string[] = [];
  let nowMs = 0;
  const service: RoomService = {
    rooms: () => Promise.resolve(Object.keys(states)),
    look: (room) => Promise.resolve(states[room]!),
    async dispatch(room, agentName, metadata) {
      done.push(`dispatch ${room} ${agentName} ${metadata}`);
    },
    async forget(room) {
      done.push(`forget ${room}`);
    },
    remove: () => Promise.reject(new Error("nobody is removed by a sweep")),
  };
  const { sweep, close } = createSweep({
    service,
    agentName: "sightline",
    log: createLog("silent"),
    intervalMs: 1e6,
    now: () => nowMs,
  });
  closing = close;
  return {
    done,
    service,
    sweepAt: async (atMs: number): Promise<void> => {
      nowMs = atMs;
      await sweep();
    },
  };
}

test("a room with a caller who asked, and no agent, is asked for again at the second sight", async () => {
  const { done, sweepAt } = staged({ a: { persons: [caller], hasAgent: false, dispatches: [asked] } });
  await sweepAt(0);
  expect(done).toEqual([]);
  await sweepAt(4000);
  expect(done).toEqual(["forget a", "dispatch a sightline from a token"]);
});

test.each([
  ["an agent", { persons: [caller], hasAgent: true, dispatches: [asked] }],
  ["nobody", { persons: [], hasAgent: false, dispatches: [asked] }],
  ["a caller who asked for no agent of ours", { persons: [caller], hasAgent: false, dispatches: [] }],
])("a room with %s is left alone", async (_what, state) => {
  const { done, sweepAt } = staged({ a: state });
  for (let at = 0; at < 10; at++) await sweepAt(at * 4000);
  expect(done).toEqual([]);
});

test("a room that stays alone is asked for after 4, 8 and then every 10 s, and no longer when it is gone", async () => {
  const states: Record<string, RoomState> = {
    a: { persons: [caller], hasAgent: false, dispatches: [asked] },
  };
  const { done, sweepAt } = staged(states);
  const at: number[] = [];
  for (let ms = 0; ms < 60_000; ms += 1000) {
    const before = done.length;
    await sweepAt(ms);
    if (done.length > before) at.push(ms / 1000);
  }
  expect(at).toEqual([1, 5, 13, 23, 33, 43, 53]);
  delete states["a"];
  await sweepAt(400_000);
  expect(done).toHaveLength(14);
});

test("a request that was taken back and could not be made again is not forgotten", async () => {
  const states: Record<string, RoomState> = {
    a: { persons: [caller], hasAgent: false, dispatches: [asked] },
  };
  const { done, service, sweepAt } = staged(states);
  let isUp = false;
  const dispatch = service.dispatch.bind(service);
  service.dispatch = (...asking) => (isUp ? dispatch(...asking) : Promise.reject(new Error("unavailable")));
  await sweepAt(0);
  await sweepAt(1000);
  isUp = true;
  states["a"] = { persons: [caller], hasAgent: false, dispatches: [] };
  await sweepAt(20_000);
  expect(done).toEqual(["forget a", "forget a", "dispatch a sightline from a token"]);
});

test("a room that cannot be looked at keeps no other from being found", async () => {
  const { done, service, sweepAt } = staged({
    a: { persons: [caller], hasAgent: false, dispatches: [asked] },
    b: { persons: [caller], hasAgent: false, dispatches: [asked] },
  });
  const look = service.look.bind(service);
  service.look = (room, name) => (room === "a" ? Promise.reject(new Error("gone")) : look(room, name));
  await sweepAt(0);
  await sweepAt(4000);
  expect(done).toEqual(["forget b", "dispatch b sightline from a token"]);
});
