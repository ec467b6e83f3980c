import { setTimeout as wait } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import type { StoredCall } from "../../../../orchestrator/store/calls.ts";
import { createHandOver } from "../../../../orchestrator/transports/livekit/hand-over.ts";
import type { RoomService } from "../../../../orchestrator/transports/livekit/room-service.ts";
import { timed } from "../../../standins/timed.ts";

const TIMED = timed();

const call: StoredCall = {
  id: "a",
  room: "room-a",
  caller: "anna",
  agent: "agent-1",
  process: "died",
  history: [],
};

let done: string[];
let hasAgent: boolean;
let metadata: string | undefined;
/** What happens when the server is asked for an agent. */
let onDispatch: () => void;
let looks: number;

beforeEach(() => {
  done = [];
  hasAgent = false;
  metadata = "told";
  onDispatch = () => {};
  looks = 0;
});

const service: RoomService = {
  rooms: async () => [call.room],
  async look() {
    looks++;
    const dispatches = metadata === undefined ? [] : [{ id: "d", metadata, createdAtMs: 0 }];
    return { persons: [{ identity: "anna", joinedAtMs: 0 }], hasAgent, dispatches };
  },
  async dispatch(room, agentName, told) {
    done.push(`dispatch ${room} ${agentName} ${told}`);
    onDispatch();
  },
  async forget(room) {
    done.push(`forget ${room}`);
  },
  async remove(room, identity) {
    done.push(`remove ${room} ${identity}`);
  },
};
const ASKED = ["remove room-a agent-1", "forget room-a", "dispatch room-a sightline told"];
const running = new AbortController().signal;

const handOver = (given: Partial<RoomService> = {}, signal = running): Promise<boolean> =>
  createHandOver({ service: { ...service, ...given }, agentName: "sightline", withinMs: 600 })(call, signal);

test("asks for an agent, and is done once it is in the room", TIMED, async () => {
  onDispatch = () => void setTimeout(() => (hasAgent = true), 300);
  const beganAtMs = performance.now();
  expect(await handOver()).toBe(true);
  expect(performance.now() - beganAtMs).toBeGreaterThan(250);
  expect(done).toEqual(ASKED);
});

test("asks for none beside one that is there", async () => {
  hasAgent = true;
  expect(await handOver()).toBe(true);
  expect(done).toEqual(["remove room-a agent-1"]);
});

test("a room in which nobody has asked for an agent gets none", async () => {
  metadata = undefined;
  expect(await handOver()).toBe(false);
  expect(done).toEqual(["remove room-a agent-1"]);
});

test("a request that no agent hears is given up in time, and looked after no more", TIMED, async () => {
  const beganAtMs = performance.now();
  expect(await handOver()).toBe(false);
  expect(performance.now() - beganAtMs).toBeLessThan(1000);
  expect(done).toEqual(ASKED);
  const looked = looks;
  await wait(400);
  expect(looks).toBe(looked);
});

test("a look that fails is followed by the next", TIMED, async () => {
  let fails = 0;
  onDispatch = () => (hasAgent = true);
  const look: RoomService["look"] = async (...where) => {
    if (done.length === ASKED.length && fails++ === 0) throw new Error("the server is away");
    return service.look(...where);
  };
  expect(await handOver({ look })).toBe(true);
  expect(fails).toBe(2);
});

test("a server that does not answer is given up in time, and one that says no is heard", TIMED, async () => {
  const beganAtMs = performance.now();
  expect(await handOver({ remove: () => new Promise(() => {}) })).toBe(false);
  expect(performance.now() - beganAtMs).toBeLessThan(1000);
  await expect(handOver({ dispatch: () => Promise.reject(new Error("no")) })).rejects.toThrow("no");
});

test("it is over at once with its signal", TIMED, async () => {
  const ending = new AbortController();
  setTimeout(() => ending.abort(), 50);
  const beganAtMs = performance.now();
  expect(await handOver({}, ending.signal)).toBe(false);
  expect(performance.now() - beganAtMs).toBeLessThan(400);
});
