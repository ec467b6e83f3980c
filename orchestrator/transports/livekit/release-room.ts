import { EventEmitter } from "node:events";
import type { Room } from "@livekit/rtc-node";

/**
 * Lets go of a room that was left. `disconnect` does so for a room that we leave, and nothing does for
 * one that the server ended: it would listen to every native event for the rest of the process.
 */
export function releaseRoom(room: Room): void {
  room.removeAllListeners();
  const listener: unknown = Reflect.get(room, "onFfiEvent");
  const client: unknown = Reflect.get(globalThis, "_ffiClientInstance");
  if (client instanceof EventEmitter && typeof listener === "function") {
    client.off("ffi_event", listener as (...args: unknown[]) => void);
  }
}
