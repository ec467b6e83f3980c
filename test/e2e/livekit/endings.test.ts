import type { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { createSweep } from "../../../orchestrator/transports/livekit/sweep.ts";
import { pastOf } from "../../standins/turn.ts";
import { joinAsGuest, type Guest } from "./guest.ts";
import { AGENT, agentsIn, testLog, withStage } from "./stage.ts";

const { stage, staged } = withStage({ agent: { name: AGENT, maxCalls: 20, recycleMb: 4000 } });

/** In the room, with the agent's voice there. A server tells of people without a track three seconds late. */
async function join(room: string, identity: string, microphone = true): Promise<Guest> {
  const guest = await joinAsGuest(stage().access, { room, identity, agentName: AGENT, microphone });
  await vi.waitFor(() => expect(guest.loudness.length).toBeGreaterThan(0), 3000);
  return guest;
}

test("a caller who is removed, or whose room is deleted, ends the call", async () => {
  const removed = await join("removed", "anna");
  await staged().calls.of("anna");
  await stage().rooms.removeParticipant("removed", "anna");
  expect(await (await staged().calls.of("anna")).ended).toBe("removed");

  await join("deleted", "ben");
  const call = await staged().calls.of("ben");
  await stage().rooms.deleteRoom("deleted");
  expect(await call.ended).toBe("removed");
  await expect.poll(() => staged().store.calls.size).toBe(0);
  await expect.poll(() => roomsServed()).toEqual([]);
  await removed.leave();
});

test("who hangs up is left alone: the agent goes, and is not sent again though the caller stays", async () => {
  const guest = await join("hung-up", "carla");
  const call = await staged().calls.of("carla");
  await guest.send("sightline.request", { type: "command", command: "hang-up" });
  expect(await call.ended).toBe("hung-up");
  await vi.waitFor(async () => expect(await agentsIn(stage().rooms, "hung-up")).toBe(0), 3000);
  await vi.waitFor(
    async () => expect((await stage().service.look("hung-up", AGENT)).dispatches).toEqual([]),
    5000,
  );
  const sweep = createSweep({ service: stage().service, agentName: AGENT, log: testLog, intervalMs: 100 });
  await wait(1000);
  await sweep.close();
  expect(await agentsIn(stage().rooms, "hung-up")).toBe(0);
  expect(guest.data.map(({ text }) => text)).toContain('{"type":"ended","reason":"hung-up"}');
  await guest.leave();
});

test("a page that is loaded again is served again at once, and its conversation goes on", async () => {
  const before = await join("reload", "dora");
  const first = await staged().calls.of("dora");
  first.options.onHistory?.([pastOf({ question: "What is this?", answer: "A cup." })]);
  await before.leave();
  expect(await first.ended).toBe("left");
  const after = await join("reload", "dora");
  const second = await staged().calls.of("dora", 1);
  expect(second.id).toBe(first.id);
  expect(second.options.resumed).toMatchObject({ returned: true, history: [{ answer: "A cup." }] });
  expect(await agentsIn(stage().rooms, "reload")).toBe(1);
  await after.leave();
  await second.ended;
});

test("a second tab takes the caller's place in the same call", async () => {
  await join("tabs", "emma");
  const call = await staged().calls.of("emma");
  const second = await joinAsGuest(stage().access, { room: "tabs", identity: "emma", agentName: AGENT });
  await second.talk(500);
  await vi.waitFor(() => expect(call.heardMs()).toBeGreaterThan(300), 5000);
  call.options.onEvent({ type: "rate", rate: 1.5, by: "caller" });
  await expect.poll(() => second.data.length).toBe(1);
  expect(staged().calls.all.filter(({ options }) => options.caller === "emma")).toHaveLength(1);
  await second.leave();
  expect(await call.ended).toBe("left");
});

test("somebody else in the room is not served while the caller is there", async () => {
  const guest = await join("guests", "fred");
  const call = await staged().calls.of("fred");
  const other = await joinAsGuest(stage().access, { room: "guests", identity: "visitor" });
  const loudest = (): number => Math.max(...call.heard.map(({ samples }) => Math.max(...samples)));
  await other.talk(1000);
  await wait(800);
  expect(loudest()).toBeLessThan(100);
  await guest.talk(300);
  await vi.waitFor(() => expect(loudest()).toBeGreaterThan(3000), 3000);
  await guest.leave();
  expect(await call.ended).toBe("left");
  // Who stays behind is the next caller.
  const next = await staged().calls.of("visitor");
  await other.leave();
  expect(await next.ended).toBe("left");
});

function roomsServed(): readonly string[] {
  return staged()
    .agent.rooms()
    .map(({ task }) => task.room);
}

/** Threads of this process that carry an agent's or a guest's voice. */
function voices(): number {
  return readdirSync("/proc/self/task").filter((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, "utf8").startsWith("AudioSource");
    } catch {
      return false;
    }
  }).length;
}

test("a room that its caller has left is left before the server closes it, and no voice stays", async () => {
  const before = voices();
  await stage().rooms.createRoom({ name: "emptied", departureTimeout: 6 });
  await stage().dispatches.createDispatch("emptied", AGENT);
  const guest = await join("emptied", "gina", false);
  const call = await staged().calls.of("gina");
  await guest.leave();
  expect(await call.ended).toBe("left");
  await vi.waitFor(() => expect(roomsServed()).not.toContain("emptied"), 4000);
  expect(await stage().rooms.listRooms(["emptied"])).toHaveLength(1);
  await vi.waitFor(() => expect(voices()).toBeLessThanOrEqual(before), 3000);
});

test("nothing of a room stays behind, whoever ended it", async () => {
  const listeners = (): number =>
    (Reflect.get(globalThis, "_ffiClientInstance") as EventEmitter).listenerCount("ffi_event");
  const before = listeners();
  for (const room of ["over-1", "over-2"]) {
    const guest = await join(room, room);
    await staged().calls.of(room);
    await stage().rooms.deleteRoom(room);
    await (
      await staged().calls.of(room)
    ).ended;
    await guest.leave();
  }
  await expect.poll(() => roomsServed()).not.toContain("over-2");
  await expect.poll(() => listeners()).toBeLessThanOrEqual(before);
});
