import { sleep } from "../../lib/abortable.ts";
import type { CallEnd } from "../../session/call-events.ts";
import type { CallStore, StoredCall } from "../../store/calls.ts";

/** What the store knows of the calls of one room, for a process that may have to take one up. */
export interface RoomRecord {
  /** The caller's call that no process serves, after waiting for one that does; undefined: there is none. */
  leftBehind(caller: string, signal: AbortSignal): Promise<StoredCall | undefined>;
  /** The last call of this room, when the caller who comes now had only gone away from it. */
  ofReturned(caller: string): StoredCall | undefined;
  /** `takenFrom`: the process that the call was taken up from. */
  save(
    call: Pick<StoredCall, "id" | "caller" | "history"> & { readonly takenFrom?: string | undefined },
  ): void;
  over(call: string, reason: CallEnd): void;
}

/** A call that the store knows is being served, or about to be taken up, by whoever appears in this time. */
const TAKEN_UP_MS = 5000;

export function createRoomRecord(options: {
  readonly store: CallStore;
  readonly room: string;
  /** Identity of the agent in the room. */
  readonly agent: string;
  /** Names this process in the store. */
  readonly process: string;
}): RoomRecord {
  const { store, room, agent, process } = options;
  let last: StoredCall | undefined;
  return {
    async leftBehind(caller, signal) {
      const found = await store.ofRoom(room).catch(() => undefined);
      if (!found || found.caller !== caller || found.process === process) return undefined;
      await sleep(TAKEN_UP_MS, signal).catch(() => {});
      return found;
    },
    ofReturned: (caller) => (last?.caller === caller ? last : undefined),
    save({ id, caller, history, takenFrom }) {
      last = {
        id,
        room,
        caller,
        agent,
        process,
        history: history.map((turn) => ({ ...turn, jpeg: null, clear: null })),
      };
      store.save(last, takenFrom);
    },
    over(call, reason) {
      // Whoever took the call over keeps it under the same name.
      if (reason !== "taken-over") store.remove(call, process);
      if (reason !== "left" && reason !== "lost") last = undefined;
    },
  };
}
