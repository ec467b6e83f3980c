import { vi } from "vitest";
import type { Ticket } from "../../web/api.ts";
import { type CallView, noCall } from "../../web/call.ts";
import { createCaller } from "../../web/caller.ts";
import { createStore } from "../../web/lib/store.ts";
import { createFakeRoom, type FakeRoomOptions } from "./fake-room.ts";

interface Options {
  readonly hears?: boolean;
  readonly ownRate?: () => number | null;
  readonly view?: CallView;
  readonly noDevices?: "insecure";
  readonly ticket?: () => Promise<Ticket>;
}

/** A call that was just begun, with what the test wants of room and browser. */
export async function call(roomOptions: FakeRoomOptions = {}, options: Options = {}) {
  const room = createFakeRoom(roomOptions);
  const view = createStore(options.view ?? noCall);
  const sounds: string[] = [];
  const caller = createCaller({
    view,
    api: { ticket: options.ticket ?? (async () => ({ serverUrl: "ws://here", token: "t" })) },
    loadRoom: async () => room.create,
    deviceIds: () => ({}),
    noDevices: () => options.noDevices ?? null,
    hears: () => options.hears ?? true,
    ownRate: options.ownRate ?? (() => null),
    unlockSound() {
      sounds.push("unlocked");
      return () => sounds.push("locked");
    },
    onEvent: () => {},
    onUnsent: () => {},
  });
  caller.call("");
  await settle();
  return { caller, view, room, sounds };
}

/** Lets everything happen that needs no time; the timers are faked. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
