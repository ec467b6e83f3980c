import { expect, test } from "vitest";
import { roomTag } from "../../../../orchestrator/transports/livekit/room-tag.ts";

test("a room is told apart in a log without its name", () => {
  const tag = roomTag("call-_+493012345678_x7");
  expect(tag).toMatch(/^[0-9a-f]{8}$/);
  expect(roomTag("call-_+493012345678_x7")).toBe(tag);
  expect(roomTag("call-_+493012345679_x7")).not.toBe(tag);
});
