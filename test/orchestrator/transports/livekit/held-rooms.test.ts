import { expect, test } from "vitest";
import { createHeldRooms } from "../../../../orchestrator/transports/livekit/held-rooms.ts";
import type { RoomCall, RoomCallEnd } from "../../../../orchestrator/transports/livekit/room-call.ts";

function roomOf(traits: { readonly busy?: boolean; readonly seen?: boolean } = {}) {
  const ended = Promise.withResolvers<RoomCallEnd>();
  const room = {
    isBusy: () => traits.busy ?? true,
    isSeen: () => traits.seen ?? false,
    ended: ended.promise,
  } as RoomCall;
  return { room, end: () => ended.resolve("left") };
}

test("counts who is served or promised, who is new, and who is seen", () => {
  const rooms = createHeldRooms(() => {});
  rooms.add(roomOf({ seen: true }).room);
  rooms.add(roomOf({ busy: false }).room);
  rooms.promise("job-1");
  expect(rooms.count()).toEqual({ calls: 2, young: 2, cameras: 1 });
  rooms.settle("job-1");
  expect(rooms.count()).toEqual({ calls: 1, young: 1, cameras: 1 });
  expect(rooms.all()).toHaveLength(2);
});

test("is empty when the last room is left and no promised one is awaited", async () => {
  const left: string[] = [];
  const rooms = createHeldRooms(() => left.push("left"));
  expect(await rooms.emptied(0)).toBe(true);
  rooms.promise("job-1");
  expect(await rooms.emptied(10)).toBe(false);
  const emptied = rooms.emptied(1000);
  // The promised room comes: in between nothing is empty.
  const { room, end } = roomOf();
  rooms.settle("job-1");
  rooms.add(room);
  expect(await rooms.emptied(10)).toBe(false);
  end();
  expect(await emptied).toBe(true);
  expect(left).toEqual(["left"]);
});

test("a promised room that does not come is not waited for", async () => {
  const rooms = createHeldRooms(() => {});
  rooms.promise("job-1");
  const beganAtMs = performance.now();
  const emptied = rooms.emptied(5000);
  rooms.settle("job-1");
  expect(await emptied).toBe(true);
  expect(performance.now() - beganAtMs).toBeLessThan(1000);
});
