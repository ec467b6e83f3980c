import { EventEmitter } from "node:events";
import type { Room } from "@livekit/rtc-node";
import { within } from "../../lib/within.ts";

/** What of a room is needed to leave it. */
export type LeavableRoom = Pick<Room, "disconnect" | "removeAllListeners">;

/** On a quiet machine it takes some milliseconds. */
const LEAVE_MS = 3000;

/**
 * Leaves a room and lets go of it, within a time: the native `Room::close` can hang for ever when the
 * connection is being made anew at that moment. It goes on by itself then, and nothing waits for it.
 *
 * @returns whether the native side said that it is done.
 */
export async function leaveRoom(room: LeavableRoom, withinMs = LEAVE_MS): Promise<boolean> {
  room.removeAllListeners();
  const left = room.disconnect().then(
    () => true,
    () => false,
  );
  const isLeft = await within(left, withinMs, false);
  if (!isLeft) endWaits(room);
  releaseRoom(room);
  return isLeft;
}

/**
 * Lets go of a room that was left. `disconnect` does so for a room that we leave, and nothing does for
 * one that the server ended: it would listen to every native event for the rest of the process.
 */
export function releaseRoom(room: LeavableRoom): void {
  room.removeAllListeners();
  const listener: unknown = Reflect.get(room, "onFfiEvent");
  const client: unknown = Reflect.get(globalThis, "_ffiClientInstance");
  if (client instanceof EventEmitter && typeof listener === "function") {
    client.off("ffi_event", listener as (...args: unknown[]) => void);
  }
}

/** Whoever waits for the native side of this room, a publication for example, waits no longer. */
function endWaits(room: LeavableRoom): void {
  const cleanUp: unknown = Reflect.get(room, "cleanupOnDisconnect");
  if (typeof cleanUp === "function") Reflect.apply(cleanUp, room, []);
}
