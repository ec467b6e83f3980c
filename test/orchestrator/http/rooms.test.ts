import { expect, test } from "vitest";
import { createRooms } from "../../../orchestrator/http/rooms.ts";

const rooms = createRooms("secret");
const room = rooms.create("ada");

test("a room is its caller's own, and each call has another", () => {
  expect(room).toMatch(/^sightline-[0-9a-f]{12}-[\w-]{22}$/);
  expect(rooms.isOf("ada", room)).toBe(true);
  expect(rooms.create("ada")).not.toBe(room);
});

test("so it is after a restart with the same secret", () => {
  expect(createRooms("secret").isOf("ada", room)).toBe(true);
});

test.each([
  ["another caller's", "bob", room],
  ["made elsewhere", "ada", createRooms("other").create("ada")],
  ["of another number", "ada", room.replace(/-[0-9a-f]{12}-/, "-000000000000-")],
  ["cut", "ada", room.slice(0, -1)],
  ["longer", "ada", `${room}x`],
  ["any name", "ada", "lobby"],
  ["empty", "ada", ""],
])("a room that is %s is not", (_, caller, name) => {
  expect(rooms.isOf(caller, name)).toBe(false);
});
