import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createSweep } from "../../../orchestrator/transports/livekit/sweep.ts";
import { joinAsGuest, type Guest } from "./guest.ts";
import { AGENT, agentsIn, openStage, startAgent, testLog, type Stage, type StagedAgent } from "./stage.ts";

let stage: Stage;
const agents: StagedAgent[] = [];
const guests: Guest[] = [];

beforeAll(async () => {
  stage = await openStage();
});

afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.leave();
  for (const { agent } of agents.splice(0)) await agent.end("shutdown");
});

afterAll(() => stage.close());

async function start(options: Parameters<typeof startAgent>[1] = {}): Promise<StagedAgent> {
  const staged = await startAgent(stage, options);
  agents.push(staged);
  return staged;
}

async function join(room: string, identity: string, agentName?: string): Promise<Guest> {
  const guest = await joinAsGuest(stage.access, {
    room,
    identity,
    ...(agentName !== undefined && { agentName }),
  });
  guests.push(guest);
  return guest;
}

test("a dispatch by the server's API is served, before the caller comes or after", async () => {
  const { calls } = await start();
  await stage.rooms.createRoom({ name: "early" });
  await stage.dispatches.createDispatch("early", AGENT, { metadata: "m" });
  await vi.waitFor(async () => expect(await agentsIn(stage.rooms, "early")).toBe(1), 3000);
  expect(calls.all).toEqual([]);
  await join("early", "anna");
  await calls.of("anna");

  await join("late", "ben");
  await stage.dispatches.createDispatch("late", AGENT);
  await calls.of("ben");
});

test("an agent without a name comes to every room that asks for no other, as to a playground's", async () => {
  const { calls } = await start({ agent: { name: "", maxCalls: 4, recycleMb: 4000 } });
  await join("unnamed", "carla");
  expect((await calls.of("carla")).options.transport).toBe("livekit");
});

test("two requests for one room bring one agent, from one process or from two", async () => {
  const first = await start();
  const second = await start({ process: "two" });
  const guest = await join("twice", "dora");
  await Promise.all([1, 2, 3].map(() => stage.dispatches.createDispatch("twice", AGENT)));
  await Promise.race([first, second].map(({ calls }) => calls.of("dora")));
  await wait(1500);
  expect(await agentsIn(stage.rooms, "twice")).toBe(1);
  expect(first.calls.all.length + second.calls.all.length).toBe(1);
  expect(guest.room.remoteParticipants.size).toBe(1);
});

test("five rooms that ask in the same second are all served", async () => {
  const { calls } = await start();
  await Promise.all([1, 2, 3, 4, 5].map((at) => join(`five-${at}`, `caller-${at}`, AGENT)));
  await Promise.all([1, 2, 3, 4, 5].map((at) => calls.of(`caller-${at}`)));
  expect(calls.all).toHaveLength(5);
});

test("a process at its limit refuses; the room is found again when there is room", async () => {
  const staged = await start({ agent: { name: AGENT, maxCalls: 1, recycleMb: 4000 } });
  const first = await join("limit-1", "emma", AGENT);
  await staged.calls.of("emma");
  await join("limit-2", "fred", AGENT);
  const sweep = createSweep({ service: stage.service, agentName: AGENT, log: testLog, intervalMs: 300 });
  await wait(1500);
  expect(await agentsIn(stage.rooms, "limit-2")).toBe(0);
  expect(staged.agent.numbers()).toMatchObject({ calls: 1, reason: "max-calls" });

  await first.send("sightline.request", { type: "command", command: "hang-up" });
  await staged.calls.of("fred").then((call) => expect(call.options.caller).toBe("fred"));
  await wait(1000);
  expect(await agentsIn(stage.rooms, "limit-2")).toBe(1);
  await sweep.close();
}, 30_000);

test("a request that is taken back ends the call", async () => {
  const { calls } = await start();
  await join("taken-back", "gerd");
  const { id } = await stage.dispatches.createDispatch("taken-back", AGENT);
  const call = await calls.of("gerd");
  await stage.dispatches.deleteDispatch(id, "taken-back");
  expect(await call.ended).toBe("removed");
});

test("a drain refuses new calls, lets the sentence end, and leaves", async () => {
  const { agent, calls } = await start({ drainMs: 1500 });
  const guest = await join("drained", "hanna", AGENT);
  const call = await calls.of("hanna");
  const speaking = call.play(600);
  const drained = agent.drain({ withinMs: 0, announced: true });
  await join("refused", "ida", AGENT);
  await speaking;
  await drained;
  expect(await call.ended).toBe("shutdown");
  const loud = (): number => guest.loudness.filter(({ level }) => level > 0.1).length;
  await vi.waitFor(() => expect(loud()).toBeGreaterThan(55), 3000);
  expect(calls.all).toHaveLength(1);
  expect(await agentsIn(stage.rooms, "drained")).toBe(0);
});

test("a drain with two hours tells nobody of an end that is far away", async () => {
  const { agent, calls } = await start();
  const guest = await join("long-3", "mia", AGENT);
  const call = await calls.of("mia");
  const drained = agent.drain({ withinMs: 7_200_000, announced: true });
  await wait(1000);
  expect(call.notes).toEqual([]);
  await guest.leave();
  await drained;
});

test("a drain with time tells the callers once, lets them talk on, and ends with the last call", async () => {
  const { agent, calls } = await start();
  const [first, second] = await Promise.all([join("long-1", "jan", AGENT), join("long-2", "kim", AGENT)]);
  const [one, other] = await Promise.all([calls.of("jan"), calls.of("kim")]);
  const drained = agent.drain({ withinMs: 600_000, announced: true });
  await join("refused-2", "leo", AGENT);
  await wait(1000);
  expect([one.notes, other.notes]).toEqual([["announce end"], ["announce end"]]);
  expect(calls.all).toHaveLength(2);
  await first.leave();
  expect(await one.ended).toBe("left");
  await vi.waitFor(() => expect(agent.rooms()).toHaveLength(1), 3000);
  await other.play(300);
  await second.leave();
  await drained;
});
