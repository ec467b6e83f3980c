import { within } from "../../lib/within.ts";
import type { RoomCall } from "./room-call.ts";

/** The rooms that a process serves, and those that it has promised to. */
export interface HeldRooms {
  add(room: RoomCall): void;
  promise(jobId: string): void;
  /** The promised room is there, or will not come. */
  settle(jobId: string): void;
  all(): readonly RoomCall[];
  /** Rooms in which somebody is served or awaited, and promised ones; `young` are those that do not show in the measurements yet. */
  count(): { readonly calls: number; readonly young: number; readonly cameras: number };
  /** Resolves when there is none, at the latest after so long; false then. */
  emptied(withinMs: number): Promise<boolean>;
}

/** Until then a call's share does not show in what is measured. */
const YOUNG_MS = 2000;

/** @param onLeft called after a room was left */
export function createHeldRooms(onLeft: () => void): HeldRooms {
  const rooms = new Map<RoomCall, number>();
  const promised = new Set<string>();
  const waiting = new Set<() => void>();

  const isEmpty = (): boolean => rooms.size === 0 && promised.size === 0;
  const tell = (): void => {
    if (isEmpty()) for (const wake of waiting) wake();
  };

  return {
    add(room) {
      rooms.set(room, performance.now());
      void room.ended.then(() => {
        rooms.delete(room);
        onLeft();
        tell();
      });
    },
    promise: (jobId) => void promised.add(jobId),
    settle(jobId) {
      promised.delete(jobId);
      // Whoever is here serves the room in this same moment, unless it does not come.
      queueMicrotask(tell);
    },
    all: () => [...rooms.keys()],
    count() {
      const since = performance.now() - YOUNG_MS;
      const busy = [...rooms].filter(([room]) => room.isBusy());
      const young = busy.filter(([, startedAtMs]) => startedAtMs > since).length;
      const cameras = busy.filter(([room]) => room.isSeen()).length;
      return { calls: busy.length + promised.size, young: young + promised.size, cameras };
    },
    async emptied(withinMs) {
      if (isEmpty()) return true;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await within(promise, withinMs, undefined);
      waiting.delete(resolve);
      return isEmpty();
    },
  };
}
